import type * as z from 'zod/mini';
import type { Contract, RequestShape } from './contract.ts';
import { httpHandler, type Options, type UseCase } from './http-handler.ts';

/** Creates a Lambda handler that ignores tokens. In its own file, so that its bundles contain no token code. */
export const publicEndpoint = <Shape extends RequestShape, Body extends z.ZodMiniType>(
  contract: Contract<Shape, Body, 'anyone'>,
  useCase: UseCase<Shape, Body, undefined>,
  options: Options = {},
) =>
  httpHandler(contract, (request, _caller, checkRateLimits) => useCase(request, undefined, checkRateLimits), options);
