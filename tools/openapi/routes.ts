import type { Contract } from '../../lib/http/contract.ts';

/** Returns the methods of each path template: `/product/{product_id}` → `DELETE`, `GET`, `PATCH`. */
export function methodsByPath(contracts: readonly Contract[]): Record<string, readonly string[]> {
  const routes = contracts.flatMap((contract) =>
    contract.routes.map((route) => {
      const [method = '', path = ''] = route.split(' ');
      return { method, path };
    }),
  );
  return Object.fromEntries(
    [...Map.groupBy(routes, ({ path }) => path)].map(([path, same]) => [path, same.map(({ method }) => method).sort()]),
  );
}
