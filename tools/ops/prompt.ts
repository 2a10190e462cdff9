import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { OperatorError } from './operator-error.ts';

/** Reads a line from stdin without echo. A command-line argument would be visible to other users of the machine. */
export async function askPassword(): Promise<string> {
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  return ask('Password: ', output);
}

/** @throws {OperatorError} unless the operator types the answer */
export async function confirm(consequence: string, answer: string): Promise<void> {
  if ((await ask(`${consequence}\nType ${answer} to confirm: `, process.stderr)) !== answer)
    throw new OperatorError('Not confirmed. Nothing was changed.');
}

/** @param output echoes what is typed at a terminal */
async function ask(question: string, output: NodeJS.WritableStream): Promise<string> {
  process.stderr.write(question);
  const lines = createInterface({ input: process.stdin, output, terminal: process.stdin.isTTY === true });
  try {
    for await (const line of lines) return line;
    throw new OperatorError('No input given. Nothing was changed.');
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
