import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import newman from 'newman';
import { describe, expect, inject, it } from 'vitest';
import * as z from 'zod';

const file = join(import.meta.dirname, '../../../docs/postman_collection.json');
const schema = z.object({ item: z.array(z.object({ item: z.array(z.object({ name: z.string() })) })) });

/** Runs the collection, or one folder of it, against stage `local`. */
const runCollection = (bootstrapSecret: string, folder?: string) =>
  new Promise<newman.NewmanRunSummary>((resolve, reject) => {
    const variables = { baseUrl: inject('localUrl'), bootstrapSecret };
    const envVar = Object.entries(variables).map(([key, value]) => ({ key, value }));
    newman.run({ collection: file, envVar, folder, timeoutRequest: 30_000 }, (error, summary) =>
      error === null ? resolve(summary) : reject(error),
    );
  });

const namesOf = ({ run }: newman.NewmanRunSummary) => [...new Set(run.executions.map(({ item }) => item.name))];
const firstOf = ({ run }: newman.NewmanRunSummary) => {
  const [{ request, response } = {}] = run.executions;
  return { secret: request?.headers.get('Bootstrap-Secret'), status: response?.code };
};
const failuresOf = ({ run }: newman.NewmanRunSummary) =>
  run.failures.map(({ source, error }) => `${source?.name}: ${error.message}`);

describe('docs/postman_collection.json', () => {
  it('runs from no data to a confirmed order, and again when the ADMIN exists', {
    timeout: 120_000,
  }, async () => {
    const { item: folders } = schema.parse(JSON.parse(await readFile(file, 'utf8')));
    const names = folders.flatMap(({ item }) => item.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);

    const first = await runCollection('a secret');
    expect(failuresOf(first)).toEqual([]);
    expect(namesOf(first)).toEqual(names);
    // Every request tests its status, and its schema unless the response has no body.
    expect(first.run.stats.assertions.total).toBeGreaterThanOrEqual(2 * names.length - 1);
    expect(firstOf(first)).toEqual({ secret: 'a secret', status: 201 });

    const second = await runCollection('', 'auth');
    expect(failuresOf(second)).toEqual([]);
    expect(firstOf(second)).toEqual({ secret: undefined, status: 409 });
  });
});
