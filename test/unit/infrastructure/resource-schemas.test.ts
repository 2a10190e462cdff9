import { describe, expect, it } from 'vitest';
import { mistakesIn } from '../../support/packaging/resource-schemas.ts';

const key = { AttributeName: 'id', KeyType: 'HASH' };
const table = (properties: object) => mistakesIn('AWS::DynamoDB::Table', { KeySchema: [key], ...properties });

describe('AWS schemas of resources', () => {
  it('find nothing in what is right, with values that only CloudFormation knows', () => {
    expect(
      table({
        TableName: { 'Fn::Join': ['-', ['a', 'b']] },
        DeletionProtectionEnabled: { Ref: 'Protected' },
      }),
    ).toEqual([]);
    expect(mistakesIn('AWS::Events::Rule', { Tags: [{ Key: 'team', Value: 'sales' }] })).toEqual([]);
  });

  it.each([
    ['a name', { BillingModes: 'PAY_PER_REQUEST' }, ['AWS::DynamoDB::Table.BillingModes: unknown property']],
    [
      'a type',
      { DeletionProtectionEnabled: 'yes' },
      ['AWS::DynamoDB::Table.DeletionProtectionEnabled: "yes" is not a boolean'],
    ],
    [
      'a name within',
      { SSESpecification: { Enabled: true } },
      [
        expect.stringMatching(/SSESpecification.SSEEnabled: missing/),
        expect.stringMatching(/SSESpecification.Enabled: unknown property/),
      ],
    ],
    [
      'what is missing within a list',
      { GlobalSecondaryIndexes: [{ KeySchema: [key] }] },
      [expect.stringMatching(/0.IndexName: missing/), expect.stringMatching(/0.Projection: missing/)],
    ],
    [
      'a value where a list is',
      { GlobalSecondaryIndexes: {} },
      ['AWS::DynamoDB::Table.GlobalSecondaryIndexes: not a list'],
    ],
    [
      'an intrinsic with something beside it',
      { TableName: { Ref: 'A', More: 1 } },
      [expect.stringMatching(/is not a string/)],
    ],
  ])('find %s', (_, properties, mistakes) => {
    expect(table(properties)).toEqual(mistakes);
  });

  it('know what a resource must have, and which there are', () => {
    expect(mistakesIn('AWS::Lambda::Function', {})).toEqual([
      'AWS::Lambda::Function.Code: missing',
      'AWS::Lambda::Function.Role: missing',
    ]);
    expect(mistakesIn('AWS::Lambda::Functions', {})).toEqual([
      'unknown resource type AWS::Lambda::Functions',
    ]);
  });
});
