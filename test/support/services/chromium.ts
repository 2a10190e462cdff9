import { accessSync, constants } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(isProgram);

/** Why tests that need a browser cannot run here; undefined when they can. */
export const whyNoBrowser =
  program === undefined ? 'Chromium is not installed (Debian: apt-get install chromium)' : undefined;

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A real Chromium without a window. Root, as in containers, cannot have its sandbox. */
export function openBrowser(): Promise<Browser> {
  if (program === undefined) throw new Error(whyNoBrowser);
  return chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
}
