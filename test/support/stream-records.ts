import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';

/** As the stream writes it; its typing of attribute values is the SDK's but for a name. */
export const recordOf = (eventID: string, item: object): DynamoDBRecord =>
  JSON.parse(
    JSON.stringify({
      eventID,
      eventName: 'INSERT',
      dynamodb: { NewImage: marshall(item, { removeUndefinedValues: true }) },
    }),
  );
