import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { type ApiClient, ApiError } from './api-client.ts';
import type { LoadProduct } from './fixtures.ts';

const intervalMs = 500;
/** A busy store may be slow. One that says nothing for so long is gone, and waiting on would be of no use. */
const silenceMs = 8_000;

const product = z.object({ stock: z.int(), sold: z.int() });

/** What a store said of its products together. */
export interface Sample {
  readonly at: number;
  readonly stock: number;
  readonly sold: number;
}

export interface Watch {
  readonly samples: readonly Sample[];
  /** Resolves, never rejects, when the store has been silent for too long, with a sentence that says so. */
  readonly died: Promise<string>;
  stop(): void;
}

/** Looks at a store and its products twice a second for as long as it is loaded. */
export function watch(store: ApiClient, products: readonly LoadProduct[]): Watch {
  const samples: Sample[] = [];
  let watching = true;
  const died = Promise.withResolvers<string>();

  async function listen(): Promise<void> {
    let heardAt = Date.now();
    while (watching) {
      let reason = 'nothing';
      try {
        await store.request(z.unknown(), 'GET', '/health', { timeoutMs: silenceMs });
        heardAt = Date.now();
      } catch (error) {
        // An answer is a sign of life, whatever it says.
        if (error instanceof ApiError) heardAt = Date.now();
        else reason = error instanceof Error ? error.message : String(error);
      }
      if (Date.now() - heardAt >= silenceMs)
        died.resolve(`the store has been silent for ${silenceMs / 1_000} s (${reason})`);
      await delay(intervalMs);
    }
  }

  async function sample(): Promise<void> {
    while (watching) {
      try {
        const shown = await Promise.all(
          products.map(({ id }) => store.request(product, 'GET', `/product/${id}`, { timeoutMs: silenceMs })),
        );
        const sum = (field: 'stock' | 'sold') => shown.reduce((all, one) => all + one[field], 0);
        samples.push({ at: Date.now(), stock: sum('stock'), sold: sum('sold') });
      } catch {
        // A gap in the chart; whether the store lives is listened to above.
      }
      await delay(intervalMs);
    }
  }

  void listen();
  void sample();
  return {
    samples,
    died: died.promise,
    stop: () => {
      watching = false;
    },
  };
}
