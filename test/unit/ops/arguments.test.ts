import { describe, expect, it } from 'vitest';
import { readCommand, UsageError } from '../../../tools/ops/arguments.ts';

const read = (line: string) => readCommand(line.split(' ').filter((word) => word !== ''));

describe('the command line of npm run ops', () => {
  it('is one command with what it needs', () => {
    expect(read('rotate-token-key --stage prod --step add')).toEqual({
      command: 'rotate-token-key',
      stage: 'prod',
      step: 'add',
    });
    expect(
      read('--stage dev make-first-admin --api http://127.0.0.1:3000 --email a@example.com'),
    ).toMatchObject({
      command: 'make-first-admin',
      api: 'http://127.0.0.1:3000',
    });
  });

  it.each([
    ['', 'which command?'],
    ['make-secrets decide-orders --stage prod', 'one command at a time'],
    ['make-coffee --stage prod', 'there is no such command'],
    ['make-secrets', '--stage: is missing'],
    ['make-secrets --stage', "'--stage <value>' argument missing"],
    ['make-secrets --stage Prod!', '--stage: is no stage name'],
    ['make-secrets --stage ../other', '--stage: is no stage name'],
    ['make-secrets --stage prod --step add', '--step: not for this command'],
    ['make-secrets --stgae prod', "Unknown option '--stgae'"],
    ['make-secrets --stage prod --stage dev', '--stage: is given twice'],
    ['make-secrets --stage prod --stage prod', '--stage: is given twice'],
    ['rotate-token-key --stage prod --step=add --step promote', '--step: is given twice'],
    [
      'make-first-admin --stage a --api https://x.example --email a@x.example --api https://y.example',
      '--api: is given twice',
    ],
    [
      'make-first-admin --email a@x.example --email b@x.example --stage a --stage a',
      '--email, --stage: is given twice',
    ],
    ['rotate-token-key --stage prod', '--step: is one of add, promote, retire, replace'],
    ['make-first-admin --stage prod --email a@example.com', '--api: is no URL'],
    ['make-first-admin --stage prod --api foo --email a', '--api: is no URL\n--email: is no e-mail address'],
    ['make-first-admin --stage prod --api https://x.example --email a', '--email: is no e-mail address'],
    [
      'make-first-admin --stage prod --api http://x.example --email a@example.com',
      '--api: must begin with https',
    ],
  ])('refuses "%s"', (line, words) => {
    expect(() => read(line)).toThrow(UsageError);
    expect(() => read(line)).toThrow(words);
  });
});
