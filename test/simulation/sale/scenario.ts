import type { Fault } from '../dynamodb/service.ts';
import type { DeliveryFault } from '../lambda/event-source.ts';

/** Products, customers and actions are referred to by their index; an index beyond the end of the list wraps around. */
interface Line {
  readonly product: number;
  readonly quantity: number;
}

interface Timed {
  /** Identifies the action, also after other actions were removed from the scenario. */
  readonly id: number;
  readonly atMs: number;
}

/** A customer orders. With an idempotency key, the request is retried until its outcome is known. */
export interface OrderAction extends Timed {
  readonly kind: 'checkout' | 'submit';
  readonly customer: number;
  readonly lines: readonly Line[];
  readonly keyed: boolean;
  /** How many identical requests are sent concurrently with this one. */
  readonly duplicates: number;
}

export interface CancelAction extends Timed {
  readonly kind: 'cancel';
  /** The id of the action that created the order. Nothing happens if it created none. */
  readonly order: number;
  readonly duplicates: number;
  /** Whether another customer sends the request. */
  readonly byStranger: boolean;
}

export interface ProductAction extends Timed {
  readonly kind:
    | 'restock'
    | 'price'
    | 'activate'
    | 'deactivate'
    | 'limit'
    | 'add_shards'
    | 'delete'
    | 'read'
    | 'browse';
  readonly product: number;
  /** Units to add, the new price, the new limit or the new number of shards. `delete` only reads if this is 0. */
  readonly value: number;
}

interface SweepAction extends Timed {
  readonly kind: 'sweep';
  /** How far the sweep's clock is ahead, so that it finds orders that a worker is still processing. */
  readonly aheadMs: number;
}

export type Action = OrderAction | CancelAction | ProductAction | SweepAction;

interface ProductSetup {
  readonly stock: number;
  readonly shards: number;
  readonly price: number;
  readonly limit?: number | undefined;
}

/** The probability of each fault per request, batch, invocation or stream record. */
export type FaultRates = Readonly<Partial<Record<Fault | DeliveryFault | 'crash' | 'unreadable_record', number>>>;

/** A sale from start to end. Everything that happens in it follows from these values. */
export interface Scenario {
  readonly seed: number;
  readonly products: readonly ProductSetup[];
  readonly actions: readonly Action[];
  readonly rates: FaultRates;
  /** The clock of each machine is wrong by at most this much. */
  readonly skewMs: number;
  /** Partitions of each table. */
  readonly partitions: number;
  /** No faults are injected from this time on, so that pending work can complete. */
  readonly faultsUntilMs: number;
}

export const requestFaults = [
  'conflict',
  'throttled',
  'error_before_execution',
  'error_after_execution',
  'lost_request',
  'lost_response',
  'late_execution',
  'slow_execution',
] as const satisfies readonly Fault[];
export const deliveryFaults = ['redelivered_batch', 'dropped_batch'] as const satisfies readonly DeliveryFault[];
export const faultNames = [
  ...requestFaults,
  'crash',
  ...deliveryFaults,
  'unreadable_record',
] as const satisfies readonly (keyof FaultRates)[];
