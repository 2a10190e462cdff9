import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../localstack/ports.ts';
import { commandLinesWith } from './processes.ts';

const program = fileURLToPath(new URL('../../../localstack/start.ts', import.meta.url));

/** Runs `npm start` in a child process, on free ports. */
export async function startProgram(args: string[] = [], environment: NodeJS.ProcessEnv = {}) {
  const [port, dynamodbPort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, PORT: String(port), DYNAMODB_PORT: String(dynamodbPort), ...environment },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, 'close').then(([code]) => ({ code, stdout, stderr }));
  return {
    child,
    port,
    dynamodbPort,
    ended,
    stdout: () => stdout,
    stderr: () => stderr,
    leftovers: async () => [
      ...(await commandLinesWith(`--httpPort ${port} `)),
      ...(await commandLinesWith(`-port ${dynamodbPort} `)),
    ],
  };
}
