/**
 * Returns the methods of all route templates that a path matches, in alphabetical order.
 *
 * @param methodsByPath such as `/product/{product_id}` → `DELETE`, `GET`, `PATCH`; a parameter matches one non-empty
 *   segment
 */
export function allowedMethods(methodsByPath: Readonly<Record<string, readonly string[]>>, path: string): string[] {
  const segments = path.split('/');
  const matching = Object.entries(methodsByPath).filter(([template]) => matches(template.split('/'), segments));
  return [...new Set(matching.flatMap(([, methods]) => methods))].sort();
}

const matches = (template: readonly string[], segments: readonly string[]): boolean =>
  template.length === segments.length &&
  template.every((part, index) => (part.startsWith('{') ? segments[index] !== '' : part === segments[index]));
