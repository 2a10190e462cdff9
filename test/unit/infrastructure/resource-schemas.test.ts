import { describe, expect, it } from 'vitest';
import { mistakesIn } from '../../support/packaging/resource-schemas.ts';

const key = { AttributeName: 'id', KeyType: 'HASH' };
const table = (properties: object) => mistakesIn('AWS::DynamoDB::Table', { KeySchema: [key], ...properties });

describe('mistakesIn', () => {
  it('accepts valid properties and CloudFormation intrinsics', () => {
    expect(
      table({
        TableName: { 'Fn::Join': ['-', ['a', 'b']] },
        DeletionProtectionEnabled: { Ref: 'Protected' },
      }),
    ).toEqual([]);
    expect(mistakesIn('AWS::Events::Rule', { Tags: [{ Key: 'team', Value: 'sales' }] })).toEqual([]);
  });

  it.each([
    [
      'an unknown property',
      { BillingModes: 'PAY_PER_REQUEST' },
      ['AWS::DynamoDB::Table.BillingModes: unknown property'],
    ],
    [
      'a value of the wrong type',
      { DeletionProtectionEnabled: 'yes' },
      ['AWS::DynamoDB::Table.DeletionProtectionEnabled: "yes" is not a boolean'],
    ],
    [
      'an unknown nested property',
      { SSESpecification: { Enabled: true } },
      [
        expect.stringMatching(/SSESpecification.SSEEnabled: missing/),
        expect.stringMatching(/SSESpecification.Enabled: unknown property/),
      ],
    ],
    [
      'missing properties of list items',
      { GlobalSecondaryIndexes: [{ KeySchema: [key] }] },
      [expect.stringMatching(/0.IndexName: missing/), expect.stringMatching(/0.Projection: missing/)],
    ],
    [
      'a value instead of a list',
      { GlobalSecondaryIndexes: {} },
      ['AWS::DynamoDB::Table.GlobalSecondaryIndexes: not a list'],
    ],
    ['an intrinsic with other keys', { TableName: { Ref: 'A', More: 1 } }, [expect.stringMatching(/is not a string/)]],
  ])('reports %s', (_, properties, mistakes) => {
    expect(table(properties)).toEqual(mistakes);
  });

  it('reports missing properties and unknown resource types', () => {
    expect(mistakesIn('AWS::Lambda::Function', {})).toEqual([
      'AWS::Lambda::Function.Code: missing',
      'AWS::Lambda::Function.Role: missing',
    ]);
    expect(mistakesIn('AWS::Lambda::Functions', {})).toEqual(['unknown resource type AWS::Lambda::Functions']);
  });
});
