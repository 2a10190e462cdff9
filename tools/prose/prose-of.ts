import { extname } from 'node:path';
import ts from 'typescript';

type Range = readonly [start: number, end: number];

const extractors: Readonly<Record<string, (source: string) => string>> = {
  '.md': (source) => source,
  '.py': (source) => keepOnly(source, hashComments(source)),
  '.yaml': (source) => keepOnly(source, hashComments(source)),
  '.yml': (source) => keepOnly(source, hashComments(source)),
  '.ts': proseOfTypeScript,
  '.mts': proseOfTypeScript,
  '.mjs': proseOfTypeScript,
};

export const hasProse = (file: string): boolean => extname(file) in extractors;

/**
 * The sentences of a file: all of a Markdown document, the comments of YAML and Python, the comments and messages of TypeScript.
 * Everything else is blank, so that lines and columns stay those of the file.
 */
export const proseOf = (file: string, source: string): string => extractors[extname(file)]?.(source) ?? '';

/** Without code spans, whose names follow the code. */
function proseOfTypeScript(source: string): string {
  const parsed = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  const ranges: Range[] = [];
  const visit = (node: ts.Node): void => {
    ranges.push(...commentsAt(source, node), ...sentenceIn(node, parsed));
    node.getChildren(parsed).forEach(visit);
  };
  visit(parsed);
  return keepOnly(source, ranges).replace(/`[^`]*`/g, (code) => code.replace(/[^\n]/g, ' '));
}

function commentsAt(source: string, node: ts.Node): Range[] {
  if (ts.isJsxText(node) || node.getChildCount() > 0) return [];
  const before = ts.getLeadingCommentRanges(source, node.getFullStart()) ?? [];
  const after = ts.getTrailingCommentRanges(source, node.end) ?? [];
  return [...before, ...after].map(({ pos, end }) => [pos, end]);
}

/** A string of several words is a message, a description or the name of a test. */
function sentenceIn(node: ts.Node, file: ts.SourceFile): Range[] {
  const isText = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
  return isText && /[a-z] [a-z]+ [a-z]/i.test(node.text) ? [[node.getStart(file) + 1, node.end - 1]] : [];
}

function hashComments(source: string): Range[] {
  return [...source.matchAll(/(?<=^|\s)#.*$/gm)].map(({ index, 0: { length } }) => [index, index + length]);
}

function keepOnly(source: string, ranges: readonly Range[]): string {
  const kept = [...source.replace(/[^\n]/g, ' ')];
  for (const [start, end] of ranges) for (let at = start; at < end; at++) kept[at] = source[at] ?? ' ';
  return kept.join('');
}
