import { describe, expect, it } from 'vitest';
import { startParameterStore } from '../../../localstack/parameters.ts';
import { refusalOf } from '../../support/template.ts';

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
      ['package', '--param', 'currency=eur', '--param', 'limit_auth_per_email=ten'],
      /at CURRENCY[\s\S]*not requests\/seconds[\s\S]*at LIMIT_AUTH_PER_EMAIL/,
    ],
    [
      'a password in a URL',
      ['package', '--param', 'cache_url=rediss://:hunter2@cache.example.com:6379'],
      /cache_url holds a password/,
    ],
    ['stage local on AWS', ['deploy', '--stage', 'local'], /lets anyone register as ADMIN/],
    ['alarms that nobody hears', ['deploy', '--stage', 'prod'], /set alarm_email under params\.prod/],
    [
      'no credentials',
      ['deploy', '--stage', 'prod', ...email],
      /token-keys cannot be read[\s\S]*credentials not found/,
    ],
  ])('refuses %s', async (_, args, message) => {
    const output = await refusalOf(args);
    expect(output).toMatch(message);
    expect(output).not.toMatch(/hunter2|\n {4}at /);
  });

  it('refuses to deploy without a token key', async () => {
    const parameters = await startParameterStore(new Map([['/sellout/prod/bootstrap-secret', 'x']]));
    try {
      const output = await refusalOf(['deploy', '--stage', 'prod', ...email], {
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_SSM: parameters.endpoint,
      });
      expect(output).toMatch(/there is no parameter \/sellout\/prod\/token-keys in eu-central-1/);
      expect(output).toContain('docs/runbook.md');
    } finally {
      await parameters.stop();
    }
  });
});
