import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { newBootstrapSecret, newTokenKey } from '../lib/accounts/generate-secrets.ts';
import { parseJson } from '../lib/platform/json.ts';

const tokenKeys = z.object({ keys: z.array(z.object({ kid: z.string(), k: z.string() })) });
const secrets = z.object({ tokenKeys, bootstrapSecret: z.string() });
export type Secrets = z.infer<typeof secrets>;

/** Generates one token key and a bootstrap secret. */
export const newSecrets = (): Secrets => ({
  tokenKeys: { keys: [newTokenKey()] },
  bootstrapSecret: newBootstrapSecret(),
});

/**
 * Reads the secrets from the directory and creates them on the first call, readable only by their owner. Tokens therefore
 * stay valid across restarts.
 */
export async function storedSecrets(stage: string, directory: string): Promise<Secrets> {
  const file = join(directory, `secrets-${stage}.json`);
  try {
    const stored = secrets.safeParse(parseJson(await readFile(file, 'utf8')));
    if (!stored.success) throw new Error(`${file} does not contain valid secrets. Delete it to create new ones.`);
    await chmod(file, 0o600);
    return stored.data;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const made = newSecrets();
  await mkdir(directory, { recursive: true });
  // Write, then rename, so that an interrupted start never leaves a partial file.
  await writeFile(`${file}.new`, JSON.stringify(made), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return made;
}

/** Returns the SSM parameters of the stage. */
export const parametersOf = (stage: string, { tokenKeys, bootstrapSecret }: Secrets): [string, string][] => [
  [`/sellout/${stage}/token-keys`, JSON.stringify(tokenKeys)],
  [`/sellout/${stage}/bootstrap-secret`, bootstrapSecret],
];
