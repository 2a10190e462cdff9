import { describe, expect, it } from 'vitest';
import { clientAddressOf } from '../../../lib/http/client-address.ts';
import { eventOf } from '../../support/fixtures/domain-builders.ts';

function addressOf(sourceIp: string): Promise<string> {
  const event = eventOf({});
  return clientAddressOf({
    ...event,
    headers: { 'x-forwarded-for': '203.0.113.9' },
    requestContext: { ...event.requestContext, http: { ...event.requestContext.http, sourceIp } },
  });
}

describe('clientAddressOf', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('maps %s to %s', async (sourceIp, expected) => {
    expect(await addressOf(sourceIp)).toBe(expected);
  });
});
