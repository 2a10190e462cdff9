import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import type { AccessTokens } from '../accounts/access-token.ts';
import { DomainError } from '../errors.ts';
import type { Caller } from '../platform/caller.ts';
import type { Access } from './contract.ts';

/** Set on the event by `authenticate`. */
export interface Authenticated {
  caller?: Caller;
}

/** Verifies the bearer token and the role that the operation requires. */
export const authenticate = (tokens: AccessTokens, access: Access) => ({
  async before({ event }: { event: APIGatewayProxyEventV2 & Authenticated }) {
    const header = event.headers['authorization'];
    if (header === undefined && access === 'anyone_or_account') return;
    const token = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
    if (token === undefined) throw new DomainError('unauthenticated');
    event.caller = await tokens.verify(token);
    if (access === 'admin' && event.caller.role !== 'ADMIN') throw new DomainError('forbidden');
  },
});

const withCustomer = z.object({
  params: z.optional(z.object({ customer_id: z.optional(z.string()) })),
  body: z.optional(z.object({ customer_id: z.optional(z.string()) })),
});

/** Denies access unless the caller is the customer in the request's path or body. */
export function authorizeCustomer(access: Access, caller: Caller | undefined, request: unknown) {
  if (access !== 'customer' && access !== 'customer_or_admin') return;
  if (access === 'customer_or_admin' && caller?.role === 'ADMIN') return;
  const { params, body } = withCustomer.parse(request);
  const customerId = params?.customer_id ?? body?.customer_id;
  if (customerId === undefined || caller?.id !== customerId) throw new DomainError('forbidden');
}
