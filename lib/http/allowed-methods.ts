/**
 * The methods of every template that the path matches, in alphabetical order; none where it matches none.
 *
 * @param methodsByPath such as `/product/{product_id}` → `DELETE`, `GET`, `PATCH`; a parameter is one segment, never empty
 */
export function allowedMethods(
  methodsByPath: Readonly<Record<string, readonly string[]>>,
  path: string,
): string[] {
  const segments = path.split('/');
  const matching = Object.entries(methodsByPath).filter(([template]) =>
    matches(template.split('/'), segments),
  );
  return [...new Set(matching.flatMap(([, methods]) => methods))].sort();
}

const matches = (template: readonly string[], segments: readonly string[]): boolean =>
  template.length === segments.length &&
  template.every((part, index) => (part.startsWith('{') ? segments[index] !== '' : part === segments[index]));
