import { join, relative } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '../../..');

/** The tables that each file accesses, by their names in deploy/tables.yml. */
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

/** Commands that need one action. */
const actionsOfCommands = new Map([
  ['GetCommand', 'GetItem'],
  ['PutCommand', 'PutItem'],
  ['UpdateCommand', 'UpdateItem'],
  ['DeleteCommand', 'DeleteItem'],
]);

/**
 * Commands whose actions follow from other code: transaction actions, calls of `batchGet`, index and
 * parameter names.
 */
const derivedElsewhere = new Set(['TransactWriteCommand', 'BatchGetCommand', 'QueryCommand', 'GetParameterCommand']);

/** The IAM action of each transaction action. */
const iamActions = new Map([
  ['Put', 'PutItem'],
  ['Update', 'UpdateItem'],
  ['Delete', 'DeleteItem'],
  ['ConditionCheck', 'ConditionCheckItem'],
]);

/** SSM parameters by their field in `config`. */
const parameters = new Map([
  ['tokenKeysParameter', '/token-keys'],
  ['bootstrapSecretParameter', '/bootstrap-secret'],
]);

/**
 * Returns the IAM permissions that code needs, as `service:Action resource`.
 *
 * @throws {Error} for an unknown command or store, so that no permission is missed
 */
export function neededPermissions(reached: Iterable<ts.Node>): Set<string> {
  const needed = new Set<string>();
  for (const node of reached) {
    const file = relative(root, node.getSourceFile().fileName);
    const need = (action: string, part = '') => {
      const names = tables.get(file);
      if (names === undefined)
        throw new Error(`${file} sends ${action} to an unknown table; add the file to \`tables\``);
      for (const table of names) needed.add(`dynamodb:${action} ${table}${part}`);
    };
    if (ts.isNewExpression(node)) {
      const command = node.expression.getText();
      const action = actionsOfCommands.get(command);
      if (action !== undefined) need(action);
      else if (command === 'PutEventsCommand') needed.add('events:PutEvents OrderEvents');
      else if (command === 'QueryCommand' && !namesIndex(node)) need('Query');
      else if (command.endsWith('Command') && !derivedElsewhere.has(command))
        throw new Error(`${file} sends the unknown ${command}; add it to \`actionsOfCommands\``);
    } else if (ts.isCallExpression(node)) {
      if (node.expression.getText() === 'batchGet') need('BatchGetItem');
    } else if (ts.isPropertyAssignment(node)) {
      const name = node.name.getText();
      const action = iamActions.get(name);
      if (action !== undefined && file.endsWith('-store.ts')) need(action);
      if (name === 'IndexName') need('Query', `/index/${literal(node.initializer)}`);
    } else if (ts.isIdentifier(node) && file !== 'lib/platform/config.ts') {
      const parameter = parameters.get(node.text);
      if (parameter !== undefined) needed.add(`ssm:GetParameter ${parameter}`);
    }
  }
  return needed;
}

/** Returns whether a query reads an index, by its own properties or by spread ones, and not the table. */
const namesIndex = (query: ts.NewExpression): boolean => {
  const input = query.arguments?.[0];
  if (input === undefined || !ts.isObjectLiteralExpression(input)) return false;
  return input.properties.some((part) => ts.isSpreadAssignment(part) || part.name?.getText() === 'IndexName');
};

function literal(node: ts.Expression): string {
  if (ts.isStringLiteral(node)) return node.text;
  throw new Error(`IndexName is ${node.getText()}; use a string literal`);
}
