import type { Context } from 'aws-lambda';
import * as z from 'zod';
import { httpHandler } from '../../lib/http/http-handler.ts';
import { systemClock } from '../../lib/platform/clock.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createRateLimits } from '../../lib/rate-limit/rate-limits.ts';
import { contextOf } from '../support/fixtures/domain-builders.ts';
import type { Operations, Prepare } from './operations.ts';
import { replaying } from './replay.ts';
import { median as medianOf, table } from './table.ts';
import { commandsOf, type Sent, stepsOf } from './wire.ts';
import { eventFor, type World } from './world.ts';

const rounds = 100;
const requestsInRound = 20;
/** Until both have been compiled by V8 as far as they will be. */
const warmUpRequests = 1_000;

const answered = z.object({
  statusCode: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.string().optional(),
});
type Answer = z.output<typeof answered>;
type Respond = () => Promise<unknown>;

/**
 * What a warm handler takes in processor time beyond one that does nothing but send the same commands through the same SDK
 * and serialize the same reply. Neither has a network: the replies are those that the engine gave before. Out of it: API
 * Gateway, Lambda. A third handler between the two has all of ours but the use case: middy, verification of the token, validation,
 * the rate limit's own work, headers.
 */
export async function overhead(world: World, { prepare }: Operations): Promise<string> {
  const { health, getProduct, listProducts, getCart, addToCart, checkout, submitOrder, getOrder } = prepare;
  const compared = { health, getProduct, listProducts, getCart, addToCart, checkout, submitOrder, getOrder };
  const rows = [];
  for (const [name, one] of Object.entries<Prepare>(compared))
    rows.push([name, ...(await compare(world, name, one))]);
  const columns = [
    'operation',
    'handler µs',
    'bare µs',
    'edge alone µs',
    'edge adds µs',
    'use case adds µs',
    'ratio',
  ];
  return `A warm handler against a bare one, medians of ${rounds} rounds in turn\n\n${table(columns, rows)}`;
}

async function compare(world: World, name: string, prepare: Prepare): Promise<string[]> {
  const handler = await world.load(name);
  const given = eventFor((await prepare()) ?? {});
  // Handlers put what they find onto their events.
  const answerOf = async (handle: (event: typeof given, context: Context) => Promise<unknown>) => {
    const answer = answered.parse(await handle({ ...given }, contextOf()));
    if (answer.statusCode >= 300) throw new Error(`${name}: ${answer.statusCode} ${answer.body}`);
    return answer;
  };
  const whole = () => answerOf(handler);
  return replaying(async () => {
    const answer = await whole();
    const sent = await commandsOf(whole);
    const { edge, alone } = await edgesOf(name, sent, answer);
    const ways = {
      whole,
      bare: bareHandler(sent, answer, given.body),
      edge: () => answerOf(edge),
      alone: () => answerOf(alone),
    };
    for (const respond of Object.values(ways)) await costOf(respond, warmUpRequests);
    const costs: Costs[] = [];
    for (let round = 0; round < rounds; round += 1) costs.push(await costsOf(ways));
    // Differences of neighbours: the machine is faster at one time than at another.
    const median = (of: (costs: Costs) => number) => medianOf(costs.map(of));
    const times = [
      median(({ whole }) => whole),
      median(({ bare }) => bare),
      median(({ alone }) => alone),
      median(({ edge, bare }) => edge - bare),
      median(({ whole, edge }) => whole - edge),
    ].map((us) => us.toFixed(0));
    return [...times, median(({ whole, bare }) => whole / bare).toFixed(2)];
  });
}

type Costs = Record<'whole' | 'bare' | 'edge' | 'alone', number>;

/** In any order: what ran before leaves caches and garbage behind, and each has to suffer from it as often. */
async function costsOf(ways: Readonly<Record<keyof Costs, Respond>>): Promise<Costs> {
  const costs = { whole: 0, bare: 0, edge: 0, alone: 0 };
  const names = (['whole', 'bare', 'edge', 'alone'] as const).map((name) => ({ name, place: Math.random() }));
  for (const { name } of names.toSorted((a, b) => a.place - b.place))
    costs[name] = await costOf(ways[name], requestsInRound);
  return costs;
}

/** What anyone would have to do for this reply: parse the body, send the commands, serialize. */
function bareHandler(sent: readonly Sent[], { body = 'null' }: Answer, request: string | undefined): Respond {
  const reply: unknown = JSON.parse(body);
  const steps = stepsOf(sent);
  return async () => {
    if (request !== undefined) JSON.parse(request);
    await send(steps, ({ resend }) => resend());
    return { statusCode: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(reply) };
  };
}

/**
 * Two handlers of the operation with other use cases: one does what the bare handler does, and no more, and the limit counts where
 * it does; one, alone, gives the reply at once.
 */
async function edgesOf(name: string, sent: readonly Sent[], { headers, body = 'null' }: Answer) {
  // Only now is there an environment for what these read when they are loaded.
  const { areas } = await import('../../tools/openapi/areas.ts');
  const { accessTokens } = await import('../../lib/http/access-tokens.ts');
  const { config } = await import('../../lib/platform/config.ts');
  const contract = areas.flatMap(({ contracts }) => contracts).find(({ operation }) => operation === name);
  if (contract === undefined) throw new Error(`there is no contract of ${name}`);
  const rateLimits = createRateLimits({
    documents: createDocuments({ maxAttempts: 1 }),
    clock: systemClock,
    ...config,
  });
  const steps = stepsOf(sent);
  const reply: unknown = JSON.parse(body);
  const ours = new Set(contract.response.headers);
  const told = Object.fromEntries(Object.entries(headers).filter(([header]) => ours.has(header)));
  const given = { body: reply, headers: told };
  const useCase = async (_request: unknown, _caller: unknown, checkRateLimits: () => Promise<void>) => {
    await send(steps, ({ table, resend }) =>
      table === config.rateLimitsTable ? checkRateLimits() : resend(),
    );
    return given;
  };
  const tokens = contract.access === 'anyone' ? undefined : accessTokens;
  const options = { rateLimits, useCaseChecksRateLimits: true } as const;
  return {
    edge: httpHandler(contract, useCase, options, tokens),
    alone: httpHandler(contract, () => given, options, tokens),
  };
}

async function send(steps: readonly Sent[][], one: (sent: Sent) => Promise<unknown>): Promise<void> {
  for (const step of steps) await Promise.all(step.map(one));
}

/** @returns microseconds of processor time for each: what else the machine does at the time is not in it */
async function costOf(respond: Respond, count: number): Promise<number> {
  const start = process.cpuUsage();
  for (let n = 0; n < count; n += 1) await respond();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / count;
}
