import { DomainError } from '../../lib/errors.ts';
import { publicEndpoint } from '../../lib/http/endpoint.ts';
import { notFoundContract } from './contracts.ts';

export const handler = publicEndpoint(notFoundContract, () => {
  throw new DomainError('route_not_found');
});
