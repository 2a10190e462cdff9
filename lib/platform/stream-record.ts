import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import * as z from 'zod/mini';

type Attributes = Parameters<typeof unmarshall>[0];

/** The two typings of one format differ in name only; what is no attribute value makes `unmarshall` throw. */
const attributes = z.custom<Attributes>((value) => typeof value === 'object' && value !== null);

/** The item as the record's change left it. @throws when the record has none or it is not of DynamoDB's format */
export const newImageOf = (record: DynamoDBRecord): unknown =>
  unmarshall(attributes.parse(record.dynamodb?.NewImage));
