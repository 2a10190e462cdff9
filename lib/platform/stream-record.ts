import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import * as z from 'zod/mini';

type Attributes = Parameters<typeof unmarshall>[0];

/** Bridges two typings of the same format; `unmarshall` throws on anything that is not an attribute value. */
const attributes = z.custom<Attributes>((value) => typeof value === 'object' && value !== null);

/** Returns the item after the change. @throws if the record has no new image or is malformed */
export const newImageOf = (record: DynamoDBRecord): unknown => unmarshall(attributes.parse(record.dynamodb?.NewImage));
