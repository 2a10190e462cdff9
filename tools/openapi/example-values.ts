/** One customer, one product and one order, used by all examples. */

export const customerId = '01a2049e-4220-73b2-8ffa-df3714eb98b5';
export const productId = '01a204a0-ae46-747a-92c4-e1d56e5cdf0d';
export const orderId = '68d40ff2-1fcf-5e4b-8c52-ad4d5504c5f0';
export const requestId = '7ed60454-f7fd-4983-9fce-95b1cbc0bd41';
export const time = '2026-12-12T00:00:00.000Z';
export const token = {
  access_token: 'eyJhbGciOiJIUzI1NiIsImtpZCI6IjEifQ.eyJyb2xlIjoiVVNFUiJ9.c2lnbmF0dXJl',
  token_type: 'Bearer',
  expires_in: 3_600,
} as const;
