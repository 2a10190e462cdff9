import { hash } from '../runtime/random.ts';

/**
 * What one partition carries each second.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
const writeUnitsPerSecond = 1_000;
const readUnitsPerSecond = 3_000;

/**
 * Seconds whose unused units a partition keeps. DynamoDB keeps 300 of a table's, but none of them lifts a
 * partition above its limit, so what is kept here is the second in which the limit itself is counted.
 *
 * @see https://repost.aws/knowledge-center/dynamodb-spiky-workloads-short-intervals
 */
const keptSeconds = 1;

interface Bucket {
  units: number;
  at: number;
}

/**
 * Throughput of the partitions of one table or index.
 *
 * @param partitions whose limits count; Infinity after DynamoDB has isolated each busy item
 */
export function createCapacity(partitions: number, now: () => number) {
  const write = createBuckets(writeUnitsPerSecond, now);
  const read = createBuckets(readUnitsPerSecond, now);
  const partitionOf = (key: string): number => hash(key) % partitions;
  return {
    partitionOf,
    /** @returns whether the partition had anything left; the last request may take more than that */
    write: (key: string, units: number): boolean => write(partitionOf(key), units),
    /** Takes them in any case: what was prepared is written. */
    spend: (key: string, units: number): boolean => write(partitionOf(key), units, false),
    read: (key: string, units: number): boolean => read(partitionOf(key), units),
  };
}
export type Capacity = ReturnType<typeof createCapacity>;

function createBuckets(unitsPerSecond: number, now: () => number) {
  const buckets = new Map<number, Bucket>();
  const full = unitsPerSecond * keptSeconds;
  return (partition: number, units: number, mustHave = true): boolean => {
    const bucket = buckets.get(partition) ?? { units: full, at: now() };
    buckets.set(partition, bucket);
    bucket.units = Math.min(full, bucket.units + ((now() - bucket.at) * unitsPerSecond) / 1_000);
    bucket.at = now();
    if (mustHave && bucket.units <= 0) return false;
    bucket.units -= units;
    return true;
  };
}
