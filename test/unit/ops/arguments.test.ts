import { describe, expect, it } from 'vitest';
import { readCommand, UsageError } from '../../../tools/ops/arguments.ts';

const read = (line: string) => readCommand(line.split(' ').filter((word) => word !== ''));

describe('readCommand', () => {
  it('parses a command and its options in any order', () => {
    expect(read('rotate-token-key --stage prod --step add')).toEqual({
      command: 'rotate-token-key',
      stage: 'prod',
      step: 'add',
    });
    expect(read('--stage dev make-first-admin --api http://127.0.0.1:3000 --email a@example.com')).toMatchObject({
      command: 'make-first-admin',
      api: 'http://127.0.0.1:3000',
    });
  });

  it.each([
    ['', 'Missing command.'],
    ['make-secrets decide-orders --stage prod', 'Unexpected argument: decide-orders.'],
    ['make-coffee --stage prod', 'Unknown command.'],
    ['make-secrets', '--stage: missing'],
    ['make-secrets --stage', "'--stage <value>' argument missing"],
    ['make-secrets --stage Prod!', '--stage: not a valid stage name'],
    ['make-secrets --stage ../other', '--stage: not a valid stage name'],
    ['make-secrets --stage prod --step add', 'Option not valid for this command: --step.'],
    ['make-secrets --stgae prod', "Unknown option '--stgae'"],
    ['make-secrets --stage prod --stage dev', 'Option given twice: --stage.'],
    ['make-secrets --stage prod --stage prod', 'Option given twice: --stage.'],
    ['rotate-token-key --stage prod --step=add --step promote', 'Option given twice: --step.'],
    [
      'make-first-admin --stage a --api https://x.example --email a@x.example --api https://y.example',
      'Option given twice: --api.',
    ],
    [
      'make-first-admin --email a@x.example --email b@x.example --stage a --stage a',
      'Option given twice: --email, --stage.',
    ],
    ['rotate-token-key --stage prod', '--step: must be one of add, promote, retire, replace'],
    ['export-customer --stage prod', '--customer: must be a customer ID or an email address'],
    ['erase-customer --stage prod --customer everyone', '--customer: must be a customer ID or an email address'],
    ['make-first-admin --stage prod --email a@example.com', '--api: not a valid URL'],
    ['make-first-admin --stage prod --api foo --email a', '--api: not a valid URL\n--email: not a valid email address'],
    ['make-first-admin --stage prod --api https://x.example --email a', '--email: not a valid email address'],
    ['make-first-admin --stage prod --api http://x.example --email a@example.com', '--api: must start with https'],
  ])('throws a UsageError for "%s"', (line, words) => {
    expect(() => read(line)).toThrow(UsageError);
    expect(() => read(line)).toThrow(words);
  });
});
