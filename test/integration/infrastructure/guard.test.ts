import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { packageErrorOf, stageErrorOf } from '../../support/packaging/template.ts';

const email = ['--param', 'alarm_email=ops@example.com'];

describe('StageGuard', { timeout: 120_000 }, () => {
  it.concurrent.each([
    ['an undefined stage', ['package', '--stage', 'staging'], /Unknown stage "staging"\. Use local, dev or prod,/],
    [
      'every unsafe or incomplete setting at once',
      [
        ...['deploy', '--stage', 'prod'],
        ...['order_event=on', 'cache=yes', 'order_events=yes', 'currency=eur', 'limit_auth_per_email=ten'].flatMap(
          (param) => ['--param', param],
        ),
      ],
      new RegExp(
        [
          'Unknown parameter order_event\\. Known: alarm_email, .*order_events',
          'cache is "yes"\\. Use on or off\\.',
          'order_events is "yes"\\. Use on or off\\.',
          'ISO 4217.*\\n.*at CURRENCY',
          'Must be requests/seconds.*\\n.*at LIMIT_AUTH_PER_EMAIL',
          'Set alarm_email under params\\.prod',
          'Cannot check whether /sellout/prod/token-keys exists.*credentials not found',
        ].join('[\\s\\S]*\\n.*'),
      ),
    ],
    [
      'a package that does not exist',
      ['deploy', '--package', '/nowhere/.serverless'],
      /Rename \/nowhere\/\.serverless[\s\S]*Cannot read the package in \/nowhere\/\.serverless/,
    ],
    [
      'a password in cache_url',
      ['package', '--param', 'cache_url=rediss://:hunter2@cache.example.com:6379'],
      /cache_url contains a password/,
    ],
    ...['localhost', '127.0.0.2', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0'].map((host): [string, string[], RegExp] => [
      `a cache_url on localhost: ${host}`,
      ['package', '--stage', 'prod', '--param', `cache_url=redis://${host}:6379`],
      /cache_url points to localhost/,
    ]),
    [
      'a second cache, and subnets without security groups',
      [
        'package',
        ...['cache=on', 'cache_url=redis://a.example', 'subnet_ids=subnet-1'].flatMap((param) => ['--param', param]),
      ],
      /cache=on creates a cache and its network\. Remove cache_url[\s\S]*Set all three/,
    ],
    ['a deployment of stage local', ['deploy', '--stage', 'local'], /anyone can register as ADMIN/],
  ])('rejects %s before anything is built', async (_, args, message) => {
    const output = await stageErrorOf(args);
    expect(output).toMatch(message);
    expect(output).not.toMatch(/hunter2|\n {4}at /);
  });

  it('rejects a package of another stage, region or environment', async () => {
    const output = await packageErrorOf('dev', [
      '--stage',
      'prod',
      '--region',
      'eu-west-1',
      '--param',
      'currency=EUR',
      ...email,
    ]);
    expect(output).toContain('The package is for stage dev, not prod.');
    expect(output).toContain('The package is for region eu-central-1, not eu-west-1.');
    expect(output).toMatch(/The package has other values of STAGE, .*CURRENCY/);
  });

  it('rejects a package without an alarm recipient, even if the deployment has one', async () => {
    const output = await packageErrorOf('prod', ['--stage', 'prod', ...email]);
    expect(output).toContain('No alarm recipient.');
    expect(output).not.toContain('The package');
  });

  it.each([
    {
      how: 'fails without a token key and does not read secrets',
      pages: [{ Parameters: [], NextToken: 'more' }, { Parameters: [] }],
      message: /Parameter \/sellout\/prod\/token-keys not found in eu-central-1[\s\S]*docs\/runbook\.md/,
    },
    {
      // The deployment continues with the build and then fails, because AWS is not reachable.
      how: 'continues when the token key is on a later page',
      pages: [{ Parameters: [], NextToken: 'more' }, { Parameters: [{ Name: '/sellout/prod/token-keys' }] }],
      message: /it has built functions/,
    },
  ])('deploy $how', async ({ pages, message }) => {
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
        // Keeps all other requests on this machine.
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
