import { join } from 'node:path';
import type { ProvidedContext } from 'vitest';
import { createVitest } from 'vitest/node';
import type { Credentials } from './steps/shop.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** For rehearse: an empty folder for packages. */
    folder: string;
    /** For smoke: the URL of the API, and an ADMIN of the stage. */
    target: string;
    admin: Credentials;
  }
}

const root = join(import.meta.dirname, '../..');

/**
 * Runs the tests of a file in order and prints each, then `N passed, N failed` in a line of its own.
 *
 * SIGINT, SIGTERM and SIGHUP end the run after the current test and the clean-up.
 *
 * @returns whether every test passed
 */
export async function runTests(
  file: string,
  provide: Partial<ProvidedContext>,
  env: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  const vitest = await createVitest('test', {
    config: false,
    root,
    include: [file],
    watch: false,
    reporters: ['verbose'],
    provide,
    env,
    // Threads, because Ctrl-C in a terminal would end other processes before they clean up.
    pool: 'threads',
    testTimeout: 600_000,
    hookTimeout: 60_000,
    slowTestThreshold: 0,
  });
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // The listeners of Vitest end the process at once.
    process.removeAllListeners(signal);
    process.on(signal, () => {
      interrupted = true;
      vitest.cancelCurrentRun('keyboard-input');
    });
  }
  try {
    await vitest.start();
    const modules = vitest.state.getTestModules();
    const tests = modules.flatMap(({ children }) => [...children.allTests()]);
    const passed = tests.filter((test) => test.result().state === 'passed').length;
    const failedHooks = modules
      .flatMap((module) => [module, ...module.children.allSuites()])
      .filter((suite) => suite.errors().length > 0);
    const failed = tests.length - passed + failedHooks.length + vitest.state.getUnhandledErrors().length;
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
    return passed > 0 && failed === 0 && !interrupted;
  } finally {
    await vitest.close();
  }
}
