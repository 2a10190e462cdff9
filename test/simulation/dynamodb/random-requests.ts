import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Random } from '../runtime/random.ts';

type Request = (documents: DynamoDBDocumentClient) => Promise<object>;

/** Few ids, so that most requests find items of earlier requests. */
export const ids = ['a', 'b', 'c', 'd'];

const conditions = [
  'attribute_not_exists(id)',
  'attribute_exists(id) AND stock >= :n',
  '#status = :s',
  'attribute_not_exists(#status) OR stock < :n',
  '(stock < :zero OR stock >= :n) AND attribute_exists(stock)',
  '(size(#lines) < :n OR attribute_not_exists(#lines.#x)) AND #status = :s',
  '#status IN (:s, :t) AND (pending <= :s OR stock <= :n)',
] as const;
const updates = [
  'SET stock = if_not_exists(stock, :zero) + :n, #status = :s',
  'SET stock = stock - :n',
  'SET #lines = :none, pending = :s, customer_id = :t, created_at = :at',
  'SET #lines.#x = :n REMOVE pending',
  'ADD sold :n',
  'REMOVE #lines.#x, #status SET stock = :n, created_at = :t',
  'SET #status = :t, sold = if_not_exists(sold, stock) - :n ADD stock :n',
] as const;

/** Returns the names and values that the expressions use: DynamoDB rejects unused ones. */
function parametersOf(random: Random, ...expressions: (string | undefined)[]) {
  const text = expressions.join(' ');
  const names = { '#status': 'status', '#lines': 'lines', '#x': 'x' };
  const values = {
    ':n': random.between(0, 5),
    ':zero': 0,
    ':s': 'PENDING',
    ':t': 'CONFIRMED',
    ':none': {},
    ':at': `t${random.between(100, 999)}`,
  };
  const used = <T>(all: Record<string, T>) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => new RegExp(`${name}\\b`).test(text)));
  const [usedNames, usedValues] = [used(names), used(values)];
  return {
    ...(Object.keys(usedNames).length === 0 ? {} : { ExpressionAttributeNames: usedNames }),
    ...(Object.keys(usedValues).length === 0 ? {} : { ExpressionAttributeValues: usedValues }),
  };
}

function updateOf(random: Random, TableName: string, id: string) {
  const UpdateExpression = random.pick(updates);
  const ConditionExpression = random.chance(0.7) ? random.pick(conditions) : undefined;
  return {
    TableName,
    Key: { id },
    UpdateExpression,
    ...(ConditionExpression === undefined ? {} : { ConditionExpression }),
    ...parametersOf(random, UpdateExpression, ConditionExpression),
    ...(random.chance(0.5) ? { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const } : {}),
  };
}

function putOf(random: Random, TableName: string, id: string) {
  const ConditionExpression = random.pick(conditions);
  const item = {
    stock: random.between(0, 9),
    status: random.pick(['PENDING', 'CONFIRMED']),
    lines: { x: 1 },
  };
  const indexed = random.chance(0.5)
    ? { pending: '1', customer_id: 'c', created_at: `t${random.between(100, 999)}` }
    : {};
  const conditional = random.chance(0.6) ? { ConditionExpression, ...parametersOf(random, ConditionExpression) } : {};
  return {
    TableName,
    Item: { id, ...item, ...indexed, list: [1, { deep: true }], nothing: null },
    ...conditional,
  };
}

/** Generates a request. Many fail a condition or are invalid. */
export function requestOf(random: Random, TableName: string, token: string): Request {
  const roll = random.next();
  const id = random.pick(ids);
  if (roll < 0.2) {
    const put = new PutCommand(putOf(random, TableName, id));
    return (documents) => documents.send(put);
  }
  if (roll < 0.5) {
    const returned = random.chance(0.5) ? { ReturnValues: 'ALL_NEW' as const } : {};
    const update = new UpdateCommand({ ...updateOf(random, TableName, id), ...returned });
    return (documents) => documents.send(update);
  }
  if (roll < 0.6) {
    const get = new GetCommand({ TableName, Key: { id }, ConsistentRead: true });
    return (documents) => documents.send(get);
  }
  if (roll < 0.65) {
    const Keys = ids.map((one) => ({ id: one }));
    const get = new BatchGetCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } });
    return async (documents) => {
      const { Responses = {}, ...response } = await documents.send(get);
      // DynamoDB returns them in any order.
      return {
        ...response,
        items: (Responses[TableName] ?? []).sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1)),
      };
    };
  }
  if (roll < 0.72) {
    const query = new QueryCommand({
      TableName,
      IndexName: 'by_customer',
      KeyConditionExpression: 'customer_id = :c AND created_at < :to',
      ExpressionAttributeValues: {
        ':c': random.pick(['c', 'CONFIRMED']),
        ':to': `t${random.between(100, 999)}`,
      },
      ScanIndexForward: random.chance(0.5),
      ...(random.chance(0.5) ? { Limit: random.between(1, 3) } : {}),
    });
    return (documents) => documents.send(query);
  }
  const chosen = ids.filter(() => random.chance(0.5));
  const items = (chosen.length === 0 ? ['a'] : chosen).map((one) => {
    const kind = random.next();
    if (kind < 0.4) return { Update: updateOf(random, TableName, one) };
    if (kind < 0.7) return { Put: putOf(random, TableName, one) };
    const ConditionExpression = random.pick(conditions);
    const check = { TableName, Key: { id: one }, ConditionExpression };
    return { ConditionCheck: { ...check, ...parametersOf(random, ConditionExpression) } };
  });
  const transaction = new TransactWriteCommand({
    ClientRequestToken: token,
    TransactItems: items,
  });
  return (documents) => documents.send(transaction);
}
