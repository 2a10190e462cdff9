import { accessSync, constants } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(isProgram);

/** The reason to skip browser tests; undefined if Chromium is installed. */
export const missingChromium =
  program === undefined ? 'Chromium is not installed (Debian: apt-get install chromium)' : undefined;

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts Chromium without a window and without its sandbox, which root cannot use. */
export function launchChromium(): Promise<Browser> {
  if (program === undefined) throw new Error(missingChromium);
  return chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
}
