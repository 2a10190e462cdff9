import type * as z from 'zod/mini';
import type { Caller } from '../accounts/access-token.ts';
import { DomainError } from '../errors.ts';
import { accessTokens } from './access-tokens.ts';
import type { Access, Contract, RequestShape } from './contract.ts';
import { httpHandler, type Options, type UseCase } from './http-handler.ts';

/** A Lambda handler for a signed-in caller. */
export function endpoint<
  Shape extends RequestShape,
  Body extends z.ZodMiniType,
  Who extends Exclude<Access, 'anyone' | 'anyone_or_account'>,
>(contract: Contract<Shape, Body, Who>, useCase: UseCase<Shape, Body, Caller>, options: Options = {}) {
  const signedIn: UseCase<Shape, Body, Caller | undefined> = (request, caller, admit) => {
    if (caller === undefined) throw new DomainError('unauthenticated');
    return useCase(request, caller, admit);
  };
  return httpHandler(contract, signedIn, options, accessTokens);
}

/** The same for an operation that is open to anyone; the caller is known where a token was sent. */
export function openEndpoint<Shape extends RequestShape, Body extends z.ZodMiniType>(
  contract: Contract<Shape, Body, 'anyone_or_account'>,
  useCase: UseCase<Shape, Body, Caller | undefined>,
  options: Options = {},
) {
  return httpHandler(contract, useCase, options, accessTokens);
}
