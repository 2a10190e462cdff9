import { DomainError } from '../../lib/errors.ts';
import { publicEndpoint } from '../../lib/http/public-endpoint.ts';
import { notFoundContract } from './contracts.ts';

export const handler = publicEndpoint(notFoundContract, () => {
  throw new DomainError('route_not_found');
});
