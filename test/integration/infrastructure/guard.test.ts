import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { stageErrorOf } from '../../support/template.ts';

const email = ['--param', 'alarm_email=ops@example.com'];

describe('before anything is built or touched', { timeout: 120_000 }, () => {
  it.concurrent.each([
    [
      'a stage that is not defined',
      ['package', '--stage', 'staging'],
      /"staging" is no stage: take local, dev, prod/,
    ],
    [
      'parameters that would stop every function',
      ['package', '--param', 'currency=eur', '--param', 'limit_auth_per_address_and_email=ten'],
      /at CURRENCY[\s\S]*not requests\/seconds[\s\S]*at LIMIT_AUTH_PER_ADDRESS_AND_EMAIL/,
    ],
    [
      'a parameter that there is not',
      ['package', '--stage', 'prod', '--param', 'order_event=on'],
      /no parameter order_event; there are alarm_email, .*order_events/,
    ],
    [
      'a password in a URL',
      ['package', '--param', 'cache_url=rediss://:hunter2@cache.example.com:6379'],
      /cache_url holds a password/,
    ],
    ...['localhost', '127.0.0.2', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0'].map(
      (host): [string, string[], RegExp] => [
        `a cache on the function's own machine, ${host}`,
        ['package', '--stage', 'prod', '--param', `cache_url=redis://${host}:6379`],
        /cache_url names this machine/,
      ],
    ),
    ['stage local on AWS', ['deploy', '--stage', 'local'], /lets anyone register as ADMIN/],
    ['alarms that nobody hears', ['deploy', '--stage', 'prod'], /set alarm_email under params\.prod/],
    [
      'no credentials',
      ['deploy', '--stage', 'prod', ...email],
      /token-keys cannot be looked for[\s\S]*credentials not found/,
    ],
  ])('refuses %s', async (_, args, message) => {
    const output = await stageErrorOf(args);
    expect(output).toMatch(message);
    expect(output).not.toMatch(/hunter2|\n {4}at /);
  });

  it.each([
    {
      how: 'without a token key, and reads no secret to know',
      pages: [{ Parameters: [], NextToken: 'more' }, { Parameters: [] }],
      message: /there is no parameter \/sellout\/prod\/token-keys in eu-central-1[\s\S]*docs\/runbook\.md/,
    },
    {
      // Let through, it goes on to build and to what cannot be reached here.
      how: 'no longer when the token key is on a later page',
      pages: [{ Parameters: [], NextToken: 'more' }, { Parameters: [{ Name: '/sellout/prod/token-keys' }] }],
      message: /it has built functions/,
    },
  ])('refuses to deploy $how', async ({ pages, message }) => {
    const asked: unknown[] = [];
    const ssm = createServer(async (request, response) => {
      asked.push([request.headers['x-amz-target'], await json(request)]);
      response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(pages[asked.length - 1]));
    });
    ssm.listen(0, '127.0.0.1');
    await once(ssm, 'listening');
    const { port } = z.object({ port: z.int() }).parse(ssm.address());
    try {
      const output = await stageErrorOf(['deploy', '--stage', 'prod', ...email], {
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        // Whatever else it asks for must not leave this machine.
        AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
        AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${port}`,
      }).catch(String);
      expect(output).toMatch(message);
      const ParameterFilters = [{ Key: 'Name', Option: 'Equals', Values: ['/sellout/prod/token-keys'] }];
      expect(asked).toEqual([
        ['AmazonSSM.DescribeParameters', { ParameterFilters }],
        ['AmazonSSM.DescribeParameters', { ParameterFilters, NextToken: 'more' }],
      ]);
    } finally {
      ssm.closeAllConnections();
      ssm.close();
    }
  });
});
