import type * as z from 'zod/mini';
import type { Contract, RequestShape } from './contract.ts';
import { httpHandler, type Options, type UseCase } from './http-handler.ts';

/** A Lambda handler for an operation that looks at no token. In a file of its own: a bundle of it holds nothing of tokens. */
export const publicEndpoint = <Shape extends RequestShape, Body extends z.ZodMiniType>(
  contract: Contract<Shape, Body, 'anyone'>,
  useCase: UseCase<Shape, Body, undefined>,
  options: Options = {},
) => httpHandler(contract, (request, _caller, admit) => useCase(request, undefined, admit), options);
