import * as z from 'zod';
import { contextOf } from '../support/builders-domain.ts';
import type { Operations, Prepare } from './operations.ts';
import { replaying } from './replay.ts';
import { median, table } from './table.ts';
import { commandsOf, stepsOf } from './wire.ts';
import { eventFor, type World } from './world.ts';

const rounds = 30;
const requestsInRound = 50;
/** Until both have been compiled by V8 as far as they will be. */
const warmUpRequests = 1_000;

const answered = z.object({ statusCode: z.number(), body: z.string().optional() });
type Respond = () => Promise<unknown>;

/**
 * What a warm handler takes in processor time beyond one that does nothing but send the same commands through the same SDK
 * and serialize the same reply. Neither has a network: the replies are those that the engine gave before. In it: middy,
 * verification of the token, validation, the rate limit's own work, the use case, headers. Out of it: API Gateway, Lambda.
 */
export async function overhead(world: World, { prepare }: Operations): Promise<string> {
  const { health, getProduct, listProducts, getCart, addToCart, checkout, submitOrder, getOrder } = prepare;
  const compared = { health, getProduct, listProducts, getCart, addToCart, checkout, submitOrder, getOrder };
  const rows = [];
  for (const [name, one] of Object.entries<Prepare>(compared))
    rows.push([name, ...(await compare(world, name, one))]);
  const columns = ['operation', 'handler µs', 'bare µs', 'overhead µs', 'ratio'];
  return `A warm handler against a bare one, medians of ${rounds} rounds in turn\n\n${table(columns, rows)}`;
}

async function compare(world: World, name: string, prepare: Prepare): Promise<string[]> {
  const handler = await world.load(name);
  const event = eventFor((await prepare()) ?? {});
  const call = async () => {
    // Handlers put what they find onto their events.
    const reply = answered.parse(await handler({ ...event }, contextOf()));
    if (reply.statusCode >= 300) throw new Error(`${name}: ${reply.statusCode} ${reply.body}`);
    return reply;
  };
  return replaying(async () => {
    const { body = 'null' } = await call();
    const bare = bareHandler(stepsOf(await commandsOf(call)), JSON.parse(body), event.body);
    for (const respond of [call, bare]) await costOf(respond, warmUpRequests);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await costOf(call, requestsInRound));
      theirs.push(await costOf(bare, requestsInRound));
    }
    const [handlerUs, bareUs] = [median(ours), median(theirs)];
    // Of neighbours: the machine is faster at one time than at another.
    const overheadUs = median(ours.map((us, round) => us - (theirs[round] ?? 0)));
    const times = [handlerUs, bareUs, overheadUs].map((us) => us.toFixed(0));
    return [...times, (handlerUs / bareUs).toFixed(2)];
  });
}

/** What anyone would have to do for this reply: parse the body, send the commands, serialize. */
function bareHandler(steps: ReturnType<typeof stepsOf>, reply: unknown, body: string | undefined): Respond {
  return async () => {
    if (body !== undefined) JSON.parse(body);
    for (const step of steps) await Promise.all(step.map(({ resend }) => resend()));
    return { statusCode: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(reply) };
  };
}

/** @returns microseconds of processor time for each: what else the machine does at the time is not in it */
async function costOf(respond: Respond, count: number): Promise<number> {
  const start = process.cpuUsage();
  for (let n = 0; n < count; n += 1) await respond();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / count;
}
