import { describe, expect, it } from 'vitest';
import { deliverBatch } from '../../../localstack/deliver-batch.ts';

type Response = Awaited<ReturnType<Parameters<typeof deliverBatch>[1]['invoke']>>;
const reporting = (...itemIdentifiers: string[]): Response => ({
  batchItemFailures: itemIdentifiers.map((itemIdentifier) => ({ itemIdentifier })),
});

/** Delivers the records `abcd` with one retry. @returns the batches that the function received and those discarded */
async function deliver(respond: (batch: string) => Response) {
  const invoked: string[] = [];
  const discarded: string[] = [];
  await deliverBatch([...'abcd'], {
    async invoke(batch) {
      invoked.push(batch.join(''));
      return respond(batch.join(''));
    },
    sequenceNumberOf: (record) => record,
    pause: async () => {},
    isExhausted: (_, retries) => retries >= 1,
    discard: (batch) => discarded.push(batch.join('')),
  });
  return { invoked, discarded };
}

const fail = (): never => {
  throw new Error('failed');
};

describe('deliverBatch', () => {
  it.each([
    ['no failures', reporting()],
    ['no response', undefined],
  ])('is done after %s', async (_, response) => {
    expect(await deliver(() => response)).toEqual({ invoked: ['abcd'], discarded: [] });
  });

  it('retries from the lowest reported sequence number', async () => {
    const { invoked, discarded } = await deliver((batch) => (batch === 'abcd' ? reporting('d', 'c') : undefined));
    expect([invoked, discarded]).toEqual([['abcd', 'cd'], []]);
  });

  it('splits in two after an error until a record is alone, retries and discards it', async () => {
    const { invoked, discarded } = await deliver((batch) => (batch.includes('b') ? fail() : undefined));
    expect([invoked, discarded]).toEqual([['abcd', 'ab', 'a', 'b', 'b', 'cd'], ['b']]);
  });

  it('treats an unknown identifier as an error', async () => {
    const { invoked } = await deliver((batch) => (batch === 'abcd' ? reporting('', 'c') : undefined));
    expect(invoked).toEqual(['abcd', 'ab', 'cd']);
  });

  it('retries and discards the complete batch if its first record is reported', async () => {
    const { invoked, discarded } = await deliver(() => reporting('a'));
    expect([invoked, discarded]).toEqual([['abcd', 'abcd'], ['abcd']]);
  });
});
