/** Files that esbuild bundles as text. */
declare module '*.html' {
  const text: string;
  export default text;
}

declare module '*/page.js' {
  const text: string;
  export default text;
}

declare module '*/swagger-ui-bundle.js' {
  const text: string;
  export default text;
}

declare module '*/swagger-ui.css' {
  const text: string;
  export default text;
}
