import { beforeEach, describe, expect, it, vi } from 'vitest';
import { logger } from '../../../lib/platform/logger.ts';
import { batchResponse } from '../../../lib/stream/batch-response.ts';
import { orderOf } from '../../support/fixtures/domain-builders.ts';
import { recordOf } from '../../support/fixtures/stream-records.ts';

describe('batchResponse', () => {
  const Records = ['11', '12', '13', '14'].map((sequence) => recordOf(sequence, orderOf('PENDING')));
  const logged = vi.spyOn(logger, 'error').mockReturnValue();
  beforeEach(() => void logged.mockClear());
  const failing = (...positions: number[]) =>
    batchResponse(
      { Records },
      new Map(Records.flatMap((record, at) => (positions.includes(at) ? [[record, new Error(`failure ${at}`)]] : []))),
    );

  it('reports nothing if every record succeeded', () => {
    expect(failing()).toEqual({ batchItemFailures: [] });
    expect(logged).not.toHaveBeenCalled();
  });

  it('reports the first failed record, and logs how many failed', () => {
    expect(failing(3, 1)).toEqual({ batchItemFailures: [{ itemIdentifier: '12' }] });
    expect(logged.mock.calls).toEqual([
      ['BATCH_PARTLY_FAILED', { failed: 2, records: 4, error: new Error('failure 1') }],
    ]);
  });

  it('throws the error of the first record, so that Lambda bisects the batch', () => {
    expect(() => failing(0, 2)).toThrow('failure 0');
  });
});
