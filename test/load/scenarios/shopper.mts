/**
 * The shoppers' logic for the scenarios in YAML. Artillery loads this file in each worker, also on AWS Lambda, so it
 * imports nothing from this repository. Node.js strips the types.
 */
import { randomUUID } from 'node:crypto';
import { BroadcastChannel, threadId } from 'node:worker_threads';

interface Vars {
  /** Artillery draws an account and one product of each kind per shopper. */
  customer_id: string;
  readonly hot: string;
  readonly scarce: string;
  readonly regular: string;
  /** From the first arrival to the phase `cancellations`. */
  readonly secondsToCancellations: number;
  readonly bot_id: string;
  readonly bot_token: string;
  token: string;
  product_id: string;
  key: string;
  order_id?: string | undefined;
  status?: string | undefined;
  wantsToCancel: boolean;
  cancelled: boolean;
  polls: number;
}
interface Context {
  readonly vars: Vars;
}
interface Events {
  emit(kind: 'counter' | 'histogram', name: string, value: number): void;
}
interface Request {
  readonly name: string;
  headers?: Readonly<Record<string, string>>;
}
interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timings: { readonly start: number; readonly end?: number };
}
type Done = (error?: Error) => void;

const isOrderRequest = /^POST \/order(\/add)?$/;
const isCancelRequest = /\/cancel$/;
const cancellingShare = 0.3;
/** About half a minute. The sweep decides an order that the worker missed, after the run. */
const pollsMax = 100;

/** Sends the totals twice a second; Artillery reports them every ten seconds, which is too late for an aborted run. */
const live = new BroadcastChannel('sellout-load');
live.unref();
const counters: Record<string, number> = {};
/** Customers who may have an order. */
const buyers = new Set<string>();
setInterval(() => live.postMessage({ worker: threadId, counters, buyers: [...buyers] }), 500).unref();

const newcomer = { wantsToCancel: false, cancelled: false, polls: 0 };

let firstArrival: number | undefined;

export function arrive({ vars }: Context, _events: Events, done: Done): void {
  firstArrival ??= Date.now();
  Object.assign(vars, newcomer);
  const dice = Math.random();
  vars.product_id = dice < 0.5 ? vars.hot : dice < 0.7 ? vars.scarce : vars.regular;
  vars.key = randomUUID();
  done();
}

export function arriveAsBot({ vars }: Context, _events: Events, done: Done): void {
  Object.assign(vars, newcomer);
  vars.customer_id = vars.bot_id;
  vars.product_id = vars.hot;
  vars.token = vars.bot_token;
  done();
}

/** Sets the token per request, because Artillery resolves common headers before it has drawn an account. */
export function identify(request: Request, { vars }: Context, _events: Events, done: Done): void {
  request.headers = { ...request.headers, authorization: `Bearer ${vars.token}` };
  done();
}

/** Counts each response and the order it reports. Reconciliation compares orders with these counts. */
export function countResponse(
  { name, headers }: Request,
  response: Response,
  { vars }: Context,
  events: Events,
  done: Done,
): void {
  const { statusCode: status, timings } = response;
  const count = (what: string) => countOne(events, what);
  events.emit('histogram', `duration.${name}`, (timings.end ?? Date.now()) - timings.start);
  events.emit('histogram', 'responded_at', Date.now());
  count(`response.${name}.${status}`);
  const { id, status: state, code, errors = [] } = parsed(response.body);
  if (isOrderRequest.test(name)) {
    if (status < 300 || status >= 500) buyers.add(vars.customer_id);
    if (status < 300) countOrder(vars, id, state, headers?.['idempotency-key'], count);
    else if (status < 500) count(`rejected.${code ?? status}`);
    // The product in the error may differ from the shopper's: the cart keeps lines of an earlier rejected checkout.
    const soldOut = code === 'out_of_stock' ? errors : [];
    for (const { product_id } of soldOut) if (product_id !== undefined) count(`sold_out.${product_id}`);
  }
  if (isCancelRequest.test(name) && status === 200) {
    count(vars.cancelled ? 'order.cancelled_twice' : 'order.cancelled');
    vars.cancelled = true;
  }
  if (name === 'GET /order/{order_id}') vars.status = state;
  done();
}

function countOne(events: Events, what: string): void {
  events.emit('counter', what, 1);
  counters[what] = (counters[what] ?? 0) + 1;
}

/** A retry with the same idempotency key must return the same order. */
function countOrder(
  vars: Vars,
  id: string | undefined,
  state: string | undefined,
  key: string | undefined,
  count: (what: string) => void,
): void {
  if (key !== undefined && vars.order_id !== undefined) {
    count(id === vars.order_id ? 'order.retried' : 'order.mismatched');
    return;
  }
  count('order.accepted');
  vars.order_id = id;
  vars.status = state;
  vars.wantsToCancel = Math.random() < cancellingShare;
}

/** Counts a request without a response: whether it took effect is unknown. */
export function countError(
  error: Error & { code?: string },
  { name }: Request,
  { vars }: Context,
  events: Events,
  done: Done,
): void {
  countOne(events, `no_response.${name}.${error.code ?? error.name}`);
  if (isOrderRequest.test(name)) {
    countOne(events, 'order.unknown');
    buyers.add(vars.customer_id);
  }
  if (isCancelRequest.test(name)) countOne(events, 'order.cancel_unknown');
  done();
}

/** Shoppers who want to cancel wait for the phase `cancellations` and cancel within two seconds; others leave. */
export function untilCancellations({ vars }: Context, _events: Events, done: Done): void {
  if (!vars.wantsToCancel) {
    done();
    return;
  }
  const from = (firstArrival ?? 0) + 1_000 * (vars.secondsToCancellations + 2 * Math.random());
  setTimeout(done, Math.max(0, from - Date.now()));
}

export const wantsToCancel = (vars: Vars): boolean => vars.wantsToCancel;
export const isUndecided = (vars: Vars): boolean => vars.status === 'PENDING';

export function polls({ vars }: Context, next: (again: boolean) => void): void {
  vars.polls += 1;
  next(isUndecided(vars) && vars.polls < pollsMax);
}

interface ResponseBody {
  readonly id?: string;
  readonly status?: string;
  readonly code?: string;
  readonly errors?: readonly { readonly product_id?: string }[];
}

function parsed(body: string): ResponseBody {
  try {
    return JSON.parse(body);
  } catch {
    // The response of a proxy or of API Gateway. Its status is counted.
    return {};
  }
}
