import { describe, expect, it } from 'vitest';
import { adaptForMiniStack } from '../../rehearsal/emulator/adapt-for-ministack.ts';

const alarm = (Properties: Record<string, unknown>) => ({ Type: 'AWS::CloudWatch::Alarm', Properties });

describe('adaptForMiniStack', () => {
  it('removes alarms with metric math and nothing else', () => {
    const kept = {
      SimpleAlarm: alarm({ MetricName: 'Errors', Namespace: 'AWS/Lambda' }),
      Dashboard: { Type: 'AWS::CloudWatch::Dashboard', Properties: { Metrics: [] } },
      Bus: { Type: 'AWS::Events::EventBus' },
    };
    const template = { Description: 'kept', Resources: { RateAlarm: alarm({ Metrics: [{ Id: 'rate' }] }), ...kept } };

    expect(adaptForMiniStack(template)).toEqual({ Description: 'kept', Resources: kept });
  });
});
