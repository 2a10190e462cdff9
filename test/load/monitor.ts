import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { type ApiClient, ApiError } from './api-client.ts';
import type { LoadProduct } from './fixtures.ts';

const intervalMs = 500;
/** A service under load can be slow. After this time without a response it is considered unavailable. */
const unavailableAfterMs = 8_000;

const product = z.object({ stock: z.int(), sold: z.int() });

/** Total stock and sold units of the products at one time. */
export interface Sample {
  readonly at: number;
  readonly stock: number;
  readonly sold: number;
}

export interface Monitor {
  readonly samples: readonly Sample[];
  /** Resolves with the reason when the service has become unavailable. Never rejects. */
  readonly unavailable: Promise<string>;
  stop(): void;
}

/** Samples the service and its products twice a second until `stop`. */
export function startMonitor(api: ApiClient, products: readonly LoadProduct[]): Monitor {
  const samples: Sample[] = [];
  let running = true;
  const unavailable = Promise.withResolvers<string>();

  async function checkHealth(): Promise<void> {
    let respondedAt = Date.now();
    while (running) {
      let reason = 'no response';
      try {
        await api.request(z.unknown(), 'GET', '/health', { timeoutMs: unavailableAfterMs });
        respondedAt = Date.now();
      } catch (error) {
        // Any response proves that the service is available.
        if (error instanceof ApiError) respondedAt = Date.now();
        else reason = error instanceof Error ? error.message : String(error);
      }
      if (Date.now() - respondedAt >= unavailableAfterMs)
        unavailable.resolve(`the service has not responded for ${unavailableAfterMs / 1_000} s (${reason})`);
      await delay(intervalMs);
    }
  }

  async function sample(): Promise<void> {
    while (running) {
      try {
        const current = await Promise.all(
          products.map(({ id }) => api.request(product, 'GET', `/product/${id}`, { timeoutMs: unavailableAfterMs })),
        );
        const sum = (field: 'stock' | 'sold') => current.reduce((all, one) => all + one[field], 0);
        samples.push({ at: Date.now(), stock: sum('stock'), sold: sum('sold') });
      } catch {
        // Leaves a gap in the chart; checkHealth detects an unavailable service.
      }
      await delay(intervalMs);
    }
  }

  void checkHealth();
  void sample();
  return {
    samples,
    unavailable: unavailable.promise,
    stop: () => {
      running = false;
    },
  };
}
