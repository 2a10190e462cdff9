import * as z from 'zod/mini';
import { readServiceConfig } from '../../deploy/service-config.ts';
import { newBootstrapSecret, newTokenKey } from '../../lib/accounts/generate-secrets.ts';
import { createOrderDeps } from '../../lib/orders/order-deps.ts';
import { sweepOrders } from '../../lib/orders/sweep-orders.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { unknownStageMessage } from '../../lib/platform/stage-error.ts';
import { tableNames } from '../../lib/platform/table-names.ts';
import { asksForHelp, type Command, readCommand, UsageError, usage } from './arguments.ts';
import { eraseCustomer, exportCustomer } from './customer-data.ts';
import { type CustomerStore, createCustomerStore } from './customer-store.ts';
import { describeAwsError } from './describe-aws-error.ts';
import { registerFirstAdmin } from './first-admin.ts';
import { ledgerProblems } from './ledger.ts';
import { OperatorError } from './operator-error.ts';
import { createParameterStore } from './parameter-store.ts';
import { askPassword, confirm } from './prompt.ts';
import { restoreTables } from './restore-tables.ts';
import { rotateTokenKey } from './rotate-token-key.ts';
import { afterwards, type RotationStep } from './token-key-rotation.ts';

const print = (text: string) => process.stdout.write(`${text}\n`);

/** A mistyped stage would create secrets that nothing reads. The other commands fail on their own. */
function checkStage(stage: string): void {
  const why = unknownStageMessage(stage, readServiceConfig().params);
  if (why !== undefined) throw new OperatorError(why);
  if (stage === 'local') throw new OperatorError('Stage "local" is never deployed. `npm start` creates its secrets.');
}

async function makeSecrets(stage: string, tokenKeys: string, bootstrapSecret: string): Promise<void> {
  checkStage(stage);
  const store = createParameterStore();
  if ((await store.find(tokenKeys)) !== undefined) throw new OperatorError(`Parameter ${tokenKeys} already exists.`);
  // Created first and kept if it exists, so that an interrupted run can be repeated.
  if ((await store.find(bootstrapSecret)) === undefined) await store.create(bootstrapSecret, newBootstrapSecret());
  await store.create(tokenKeys, JSON.stringify({ keys: [newTokenKey()] }));
  print(`Created ${tokenKeys} and ${bootstrapSecret}.`);
}

async function makeFirstAdmin(bootstrapSecret: string, api: string, email: string): Promise<void> {
  const store = createParameterStore();
  const secret = await store.find(bootstrapSecret);
  if (secret === undefined)
    throw new OperatorError(
      `Parameter ${bootstrapSecret} not found. Check the stage and the region; it is deleted once the first ADMIN exists.`,
    );
  const password = await askPassword();
  await registerFirstAdmin({ api, email, password, bootstrapSecret: secret.value });
  print(`Registered ${email} as ADMIN.`);
  try {
    await store.remove(bootstrapSecret);
  } catch (error) {
    throw new Error(
      `Could not delete ${bootstrapSecret}: ${describeAwsError(error)}. It is used up and grants nothing. ` +
        `Delete it, do not repeat this command: aws ssm delete-parameter --name ${bootstrapSecret}`,
      { cause: error },
    );
  }
  print(`Deleted ${bootstrapSecret}, which is used up.`);
}

async function rotateKey(tokenKeys: string, step: RotationStep): Promise<void> {
  await rotateTokenKey({ store: createParameterStore(), now: Date.now }, { tokenKeys, step });
  print(afterwards[step]);
}

/** Enough for tens of thousands of orders. */
const decideForMs = 600_000;

async function decideOrders(prefix: string): Promise<void> {
  const deps = createOrderDeps({ documents: createDocuments(), ...tableNames(prefix) });
  const { decided, failures, complete } = await sweepOrders(deps, { deadline: Date.now() + decideForMs });
  print(`Orders decided: ${decided}; failed: ${failures.length}`);
  if (failures.length === 0) {
    if (complete) return;
    throw new Error('Stopped before all orders were decided. Run the command again.');
  }
  const lines = failures.map(({ id, error }) => `${id}: ${whyUndecided(error)}`);
  throw new Error(`These orders are still PENDING:\n  ${lines.join('\n  ')}`);
}

const whyUndecided = (error: unknown): string =>
  error instanceof z.core.$ZodError ? 'cannot be parsed by this release' : (describeAwsError(error) ?? String(error));

async function checkLedger(prefix: string): Promise<void> {
  const problems = await ledgerProblems(createDocuments(), prefix);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  print(`The tables ${prefix}-* reconcile.`);
}

async function restore(from: string, to: string): Promise<void> {
  print(await restoreTables({ documents: createDocuments(), confirm }, { from, to }));
}

async function withCustomers(stage: string, use: (store: CustomerStore) => Promise<string>): Promise<void> {
  print(await use(createCustomerStore(createDocuments(), `sellout-${stage}`)));
}

function run(command: Command): Promise<void> {
  const parameter = (name: string) => `/sellout/${command.stage}/${name}`;
  switch (command.command) {
    case 'make-secrets':
      return makeSecrets(command.stage, parameter('token-keys'), parameter('bootstrap-secret'));
    case 'make-first-admin':
      return makeFirstAdmin(parameter('bootstrap-secret'), command.api, command.email);
    case 'rotate-token-key':
      return rotateKey(parameter('token-keys'), command.step);
    case 'decide-orders':
      return decideOrders(`sellout-${command.stage}`);
    case 'check-ledger':
      return checkLedger(command.tables ?? `sellout-${command.stage}`);
    case 'restore-tables':
      return restore(command.from, `sellout-${command.stage}`);
    case 'export-customer':
      return withCustomers(command.stage, (store) => exportCustomer(store, command.customer));
    case 'erase-customer':
      return withCustomers(command.stage, (store) =>
        eraseCustomer({ store, confirm, now: Date.now }, command.customer),
      );
  }
}

const args = process.argv.slice(2);
try {
  if (asksForHelp(args)) print(usage);
  else await run(readCommand(args));
} catch (error) {
  const isUsage = error instanceof UsageError;
  process.stderr.write(`${describeAwsError(error) ?? String(error)}\n${isUsage ? `${usage}\n` : ''}`);
  process.exitCode = isUsage ? 2 : 1;
}
