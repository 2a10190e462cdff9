import type * as z from 'zod/mini';
import { DomainError } from '../errors.ts';
import type { Caller } from '../platform/caller.ts';
import { accessTokens } from './access-tokens.ts';
import type { Access, Contract, RequestShape } from './contract.ts';
import { httpHandler, type Options, type UseCase } from './http-handler.ts';

/** Creates a Lambda handler for operations that require an access token. */
export function endpoint<
  Shape extends RequestShape,
  Body extends z.ZodMiniType,
  Who extends Exclude<Access, 'anyone' | 'anyone_or_account'>,
>(contract: Contract<Shape, Body, Who>, useCase: UseCase<Shape, Body, Caller>, options: Options = {}) {
  const signedIn: UseCase<Shape, Body, Caller | undefined> = (request, caller, checkRateLimits) => {
    if (caller === undefined) throw new DomainError('unauthenticated');
    return useCase(request, caller, checkRateLimits);
  };
  return httpHandler(contract, signedIn, options, accessTokens);
}

/** Creates a Lambda handler for operations open to anyone. The caller is defined if the request has a token. */
export function openEndpoint<Shape extends RequestShape, Body extends z.ZodMiniType>(
  contract: Contract<Shape, Body, 'anyone_or_account'>,
  useCase: UseCase<Shape, Body, Caller | undefined>,
  options: Options = {},
) {
  return httpHandler(contract, useCase, options, accessTokens);
}
