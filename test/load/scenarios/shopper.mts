/**
 * What shoppers do that YAML cannot say. Artillery loads it in each of its workers, also on AWS, so it stands
 * alone; Node.js takes the types out.
 */
import { randomUUID } from 'node:crypto';
import { BroadcastChannel, threadId } from 'node:worker_threads';

interface Vars {
  /** Drawn for this shopper by Artillery: an account, and one product of each kind. */
  customer_id: string;
  readonly hot: string;
  readonly scarce: string;
  readonly shelf: string;
  /** From the first shopper to the phase in which orders are cancelled. */
  readonly secondsToCancellations: number;
  readonly bot_id: string;
  readonly bot_token: string;
  token: string;
  product_id: string;
  key: string;
  order_id?: string | undefined;
  status?: string | undefined;
  regrets: boolean;
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

const isOrder = /^POST \/order(\/add)?$/;
const isCancel = /\/cancel$/;
/** Of those whose order was taken. */
const shareWithRegrets = 0.3;
/** Half a minute: an order that its worker has missed is decided by the sweep, after the run. */
const mostPolls = 100;

/** Artillery tells what it has counted when ten seconds are full; a run that is watched, or dies, wants it sooner. */
const live = new BroadcastChannel('sellout-load');
live.unref();
const counters: Record<string, number> = {};
/** Whoever may have an order. */
const buyers = new Set<string>();
setInterval(() => live.postMessage({ worker: threadId, counters, buyers: [...buyers] }), 500).unref();

const newcomer = { regrets: false, cancelled: false, polls: 0 };

let firstArrival: number | undefined;

export function arrive({ vars }: Context, _events: Events, done: Done): void {
  firstArrival ??= Date.now();
  Object.assign(vars, newcomer);
  const dice = Math.random();
  vars.product_id = dice < 0.5 ? vars.hot : dice < 0.7 ? vars.scarce : vars.shelf;
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

/** Artillery would fill headers that are given for all requests in before there is a shopper. */
export function identify(request: Request, { vars }: Context, _events: Events, done: Done): void {
  request.headers = { ...request.headers, authorization: `Bearer ${vars.token}` };
  done();
}

/** Counts every answer, and what it says of an order. The books are compared with these counts. */
export function note(
  { name, headers }: Request,
  response: Response,
  { vars }: Context,
  events: Events,
  done: Done,
): void {
  const { statusCode: status, timings } = response;
  const count = (what: string) => countOne(events, what);
  events.emit('histogram', `took.${name}`, (timings.end ?? Date.now()) - timings.start);
  events.emit('histogram', 'answered_at', Date.now());
  count(`answer.${name}.${status}`);
  const { id, status: state, code, errors = [] } = parsed(response.body);
  if (isOrder.test(name)) {
    if (status < 300 || status >= 500) buyers.add(vars.customer_id);
    if (status < 300) noteOrder(vars, id, state, headers?.['idempotency-key'], count);
    else if (status < 500) count(`refused.${code ?? status}`);
    // Not what this shopper came for: a cart that was refused keeps its lines, and its owner comes again.
    const short = code === 'out_of_stock' ? errors : [];
    for (const { product_id } of short) if (product_id !== undefined) count(`short.${product_id}`);
  }
  if (isCancel.test(name) && status === 200) {
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

/** A repeat with the same key must answer with the order that the key made. */
function noteOrder(
  vars: Vars,
  id: string | undefined,
  state: string | undefined,
  key: string | undefined,
  count: (what: string) => void,
): void {
  if (key !== undefined && vars.order_id !== undefined) {
    count(id === vars.order_id ? 'order.repeated' : 'order.contradicted');
    return;
  }
  count('order.taken');
  vars.order_id = id;
  vars.status = state;
  vars.regrets = Math.random() < shareWithRegrets;
}

/** No answer: whether there is an order, or a cancellation, is not known. */
export function noteError(
  error: Error & { code?: string },
  { name }: Request,
  { vars }: Context,
  events: Events,
  done: Done,
): void {
  countOne(events, `lost.${name}.${error.code ?? error.name}`);
  if (isOrder.test(name)) {
    countOne(events, 'order.unknown');
    buyers.add(vars.customer_id);
  }
  if (isCancel.test(name)) countOne(events, 'order.cancel_unknown');
  done();
}

/** Those who are sorry come back when the cancellations begin, all within two seconds; others go home. */
export function untilCancellations({ vars }: Context, _events: Events, done: Done): void {
  if (!vars.regrets) {
    done();
    return;
  }
  const from = (firstArrival ?? 0) + 1_000 * (vars.secondsToCancellations + 2 * Math.random());
  setTimeout(done, Math.max(0, from - Date.now()));
}

export const regrets = (vars: Vars): boolean => vars.regrets;
export const isUndecided = (vars: Vars): boolean => vars.status === 'PENDING';

export function polls({ vars }: Context, next: (again: boolean) => void): void {
  vars.polls += 1;
  next(isUndecided(vars) && vars.polls < mostPolls);
}

interface Answer {
  readonly id?: string;
  readonly status?: string;
  readonly code?: string;
  readonly errors?: readonly { readonly product_id?: string }[];
}

function parsed(body: string): Answer {
  try {
    return JSON.parse(body);
  } catch {
    // Not ours: a proxy's page, or API Gateway's own words. The status says the rest.
    return {};
  }
}
