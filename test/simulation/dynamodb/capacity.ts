import { hash } from '../runtime/random.ts';

/**
 * Limits of one partition.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
const writeUnitsPerSecond = 1_000;
const readUnitsPerSecond = 3_000;

/**
 * How many seconds of unused units a partition can accumulate. DynamoDB accumulates 300 s per table, but a partition never
 * exceeds its own limit, so this is only the second in which the limit is measured.
 *
 * @see https://repost.aws/knowledge-center/dynamodb-spiky-workloads-short-intervals
 */
const burstSeconds = 1;

interface Bucket {
  units: number;
  at: number;
}

/**
 * Tracks the throughput of the partitions of one table or index.
 *
 * @param partitions Infinity if every hot item has its own partition
 */
export function createCapacity(partitions: number, now: () => number) {
  const write = createBuckets(writeUnitsPerSecond, now);
  const read = createBuckets(readUnitsPerSecond, now);
  const partitionOf = (key: string): number => hash(key) % partitions;
  return {
    partitionOf,
    /** @returns whether the partition had units left; the last request may exceed the limit */
    write: (key: string, units: number): boolean => write(partitionOf(key), units),
    /** Consumes units even above the limit, because a prepared write must complete. */
    spend: (key: string, units: number): boolean => write(partitionOf(key), units, false),
    read: (key: string, units: number): boolean => read(partitionOf(key), units),
  };
}
export type Capacity = ReturnType<typeof createCapacity>;

function createBuckets(unitsPerSecond: number, now: () => number) {
  const buckets = new Map<number, Bucket>();
  const full = unitsPerSecond * burstSeconds;
  return (partition: number, units: number, canThrottle = true): boolean => {
    const bucket = buckets.get(partition) ?? { units: full, at: now() };
    buckets.set(partition, bucket);
    bucket.units = Math.min(full, bucket.units + ((now() - bucket.at) * unitsPerSecond) / 1_000);
    bucket.at = now();
    if (canThrottle && bucket.units <= 0) return false;
    bucket.units -= units;
    return true;
  };
}
