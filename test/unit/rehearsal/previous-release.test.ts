import { describe, expect, it } from 'vitest';
import { withCodeOf } from '../../rehearsal/deployment/previous-release.ts';

const lambda = (S3Key: string, MemorySize: number) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { MemorySize, Code: { S3Bucket: 'bucket', S3Key } },
});

describe('withCodeOf', () => {
  it('keeps the previous resources and points their functions to the code of the package', () => {
    const table = { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'orders' } };
    const previous = {
      Resources: { Login: lambda('old/login.zip', 512), Gone: lambda('old/gone.zip', 512), Orders: table },
    };
    const present = { Resources: { Login: lambda('new/login.zip', 1_024), Health: lambda('new/health.zip', 1_024) } };

    expect(withCodeOf(previous, present, 'new')).toEqual({
      Resources: { Login: lambda('new/login.zip', 512), Gone: lambda('new/health.zip', 512), Orders: table },
    });
  });
});
