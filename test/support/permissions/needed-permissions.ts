import { join, relative } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '../../..');

/** The tables that a file's commands are about, by the names of serverless.yml. */
const tables = new Map<string, readonly string[]>([
  ['lib/accounts/account-store.ts', ['AccountsTable']],
  ['lib/carts/cart-store.ts', ['CartsTable']],
  ['lib/orders/order-store.ts', ['OrdersTable']],
  ['lib/orders/purchase-store.ts', ['PurchasesTable']],
  ['lib/products/product-batch-get.ts', ['ProductsTable', 'StockTable']],
  ['lib/products/product-store.ts', ['ProductsTable']],
  ['lib/products/stock-store.ts', ['StockTable']],
  ['lib/rate-limit/counter-store.ts', ['RateLimitsTable']],
]);

/** A command of one action. */
const actionsOfCommands = new Map([
  ['GetCommand', 'GetItem'],
  ['PutCommand', 'PutItem'],
  ['UpdateCommand', 'UpdateItem'],
  ['DeleteCommand', 'DeleteItem'],
]);

/** Commands that tell less than what goes with them: entries, callers of `batchGet`, names of indexes and parameters. */
const countedOtherwise = new Set([
  'TransactWriteCommand',
  'BatchGetCommand',
  'QueryCommand',
  'GetParameterCommand',
]);

/** IAM knows the entries of a transaction by these. */
const actionsOfEntries = new Map([
  ['Put', 'PutItem'],
  ['Update', 'UpdateItem'],
  ['Delete', 'DeleteItem'],
  ['ConditionCheck', 'ConditionCheckItem'],
]);

/** How the code names its parameters in `config`. */
const parameters = new Map([
  ['tokenKeysParameter', '/token-keys'],
  ['bootstrapSecretParameter', '/bootstrap-secret'],
]);

/**
 * What code asks of AWS, as `service:Action resource`.
 *
 * @throws {Error} for a command, or for a store, that it does not know: nothing is left out
 */
export function neededPermissions(reached: Iterable<ts.Node>): Set<string> {
  const needed = new Set<string>();
  for (const node of reached) {
    const file = relative(root, node.getSourceFile().fileName);
    const need = (action: string, part = '') => {
      const names = tables.get(file);
      if (names === undefined) throw new Error(`${file} sends ${action}: say here to which table`);
      for (const table of names) needed.add(`dynamodb:${action} ${table}${part}`);
    };
    if (ts.isNewExpression(node)) {
      const command = node.expression.getText();
      const action = actionsOfCommands.get(command);
      if (action !== undefined) need(action);
      else if (command === 'PutEventsCommand') needed.add('events:PutEvents OrderEvents');
      else if (command === 'QueryCommand' && !namesIndex(node)) need('Query');
      else if (command.endsWith('Command') && !countedOtherwise.has(command))
        throw new Error(`${file} sends ${command}: say here which action that is`);
    } else if (ts.isCallExpression(node)) {
      if (node.expression.getText() === 'batchGet') need('BatchGetItem');
    } else if (ts.isPropertyAssignment(node)) {
      const name = node.name.getText();
      const action = actionsOfEntries.get(name);
      if (action !== undefined && file.endsWith('-store.ts')) need(action);
      if (name === 'IndexName') need('Query', `/index/${literal(node.initializer)}`);
    } else if (ts.isIdentifier(node) && file !== 'lib/platform/config.ts') {
      const parameter = parameters.get(node.text);
      if (parameter !== undefined) needed.add(`ssm:GetParameter ${parameter}`);
    }
  }
  return needed;
}

/** Whether a query is of an index, by itself or by what is spread into it; else it is of the table. */
const namesIndex = (query: ts.NewExpression): boolean => {
  const input = query.arguments?.[0];
  if (input === undefined || !ts.isObjectLiteralExpression(input)) return false;
  return input.properties.some((part) => ts.isSpreadAssignment(part) || part.name?.getText() === 'IndexName');
};

function literal(node: ts.Expression): string {
  if (ts.isStringLiteral(node)) return node.text;
  throw new Error(`an index is named by ${node.getText()}: name it where it is chosen`);
}
