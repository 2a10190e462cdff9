import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '../../..');

type FunctionLike = ts.FunctionDeclaration | ts.FunctionExpression | ts.ArrowFunction;
type Member = ts.MethodDeclaration | ts.PropertyAssignment | ts.ShorthandPropertyAssignment;

/**
 * Finds the code that a Lambda function can run. Starting at its file, it follows every name to its
 * declarations, as resolved by the type checker.
 *
 * Members of an object that a factory (`create…`) returns count one by one: a function that reads orders does
 * not reach the code that writes them, although one store contains both. A member called through an interface
 * counts in the objects of all factories reached. The result is as complete as the types: the code has no
 * `any` and no type assertion that could hide a call.
 */
export function createReach(entries: readonly string[]) {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const program = ts.createProgram(
    entries.map((entry) => join(root, entry)),
    options,
  );
  const checker = program.getTypeChecker();
  const isOurs = ({ fileName }: ts.SourceFile) =>
    ['functions', 'lib'].some((folder) => fileName.startsWith(`${join(root, folder)}/`)) && !fileName.endsWith('.d.ts');

  return (entry: string): ReadonlySet<ts.Node> => {
    const file = program.getSourceFile(join(root, entry));
    if (file === undefined) throw new Error(`File not found: ${entry}`);
    const reached = new Set<ts.Node>();
    const begun = new Set<ts.Node>();
    /** Members of factories' objects by name, until code calls them. */
    const parked = new Map<string, Member[]>();
    /**
     * Interface members that code calls; and the interface members whose implementations are followed anyway.
     */
    const called = new Map<ts.Node, string>();
    const followed = new Set<ts.Node>();

    function visit(node: ts.Node): void {
      if (ts.isImportDeclaration(node)) return;
      // The expression in an `extends` clause is code.
      if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return;
      if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
      if (isLocalFunction(node) && !begun.has(node)) return;
      if (isFactoryMember(node) && !begun.has(node)) {
        const name = node.name.getText();
        parked.set(name, [...(parked.get(name) ?? []), node]);
        return;
      }
      reached.add(node);
      if (ts.isIdentifier(node)) follow(node);
      if (ts.isBindingElement(node)) followSymbol(boundProperty(node), node);
      if (isFunctionLike(node) && node.type !== undefined) followMembersOf(node.type);
      ts.forEachChild(node, visit);
    }

    function followMembersOf(type: ts.TypeNode): void {
      for (const member of checker.getTypeFromTypeNode(type).getProperties())
        for (const declaration of member.declarations ?? []) followed.add(declaration);
    }

    function follow(name: ts.Identifier): void {
      const symbol = ts.isShorthandPropertyAssignment(name.parent)
        ? checker.getShorthandAssignmentValueSymbol(name.parent)
        : checker.getSymbolAtLocation(name);
      followSymbol(symbol, name);
    }

    function followSymbol(symbol: ts.Symbol | undefined, at: ts.Node): void {
      if (symbol === undefined) return;
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      for (const declaration of target.declarations ?? []) {
        if (!isOurs(declaration.getSourceFile())) continue;
        if (ts.isMethodSignature(declaration) || ts.isPropertySignature(declaration)) {
          const isCallable = checker.getTypeOfSymbolAtLocation(target, at).getCallSignatures().length > 0;
          if (isCallable) called.set(declaration, target.name);
        } else begin(declaration);
      }
    }

    function begin(declaration: ts.Node): void {
      if (begun.has(declaration) || ts.isParameter(declaration) || ts.isBindingElement(declaration)) return;
      begun.add(declaration);
      begin(declaration.getSourceFile());
      // A module runs its expression statements when it loads.
      const code = ts.isSourceFile(declaration)
        ? declaration.statements.filter(ts.isExpressionStatement)
        : [declaration];
      for (const node of code) visit(node);
    }

    begun.add(file);
    for (const statement of file.statements) {
      begun.add(statement);
      visit(statement);
    }
    for (;;) {
      const names = new Set([...called].filter(([node]) => !followed.has(node)).map(([, name]) => name));
      const open = [...names].flatMap((name) => parked.get(name) ?? []).filter((node) => !begun.has(node));
      if (open.length === 0) return reached;
      for (const member of open) begin(member);
    }
  };

  /** Resolves members reached by destructuring: `const { get } = carts` and `({ get }: CartStore) =>`. */
  function boundProperty(element: ts.BindingElement): ts.Symbol | undefined {
    const { propertyName, name, parent } = element;
    const property = propertyName ?? name;
    if (!ts.isObjectBindingPattern(parent) || !ts.isIdentifier(property)) return undefined;
    return checker.getPropertyOfType(checker.getTypeAtLocation(parent), property.text);
  }
}

const isFunctionLike = (node: ts.Node | undefined): node is FunctionLike =>
  node !== undefined && (ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isArrowFunction(node));

/** Returns whether a node is a named function, which runs only when its name is used. */
function isLocalFunction(node: ts.Node): boolean {
  if (ts.isFunctionDeclaration(node)) return true;
  return ts.isVariableDeclaration(node) && isFunctionLike(node.initializer);
}

/**
 * Returns whether a node is a method or named value in the object that a `create…` function without a return
 * type returns.
 */
function isFactoryMember(node: ts.Node): node is Member {
  const isMember =
    ts.isMethodDeclaration(node) ||
    ts.isShorthandPropertyAssignment(node) ||
    (ts.isPropertyAssignment(node) && isFunctionLike(node.initializer));
  if (!isMember || !ts.isObjectLiteralExpression(node.parent)) return false;
  let at = node.parent.parent;
  while (ts.isParenthesizedExpression(at) || ts.isReturnStatement(at) || ts.isBlock(at)) at = at.parent;
  if (!isFunctionLike(at) || at.type !== undefined) return false;
  const owner = ts.isVariableDeclaration(at.parent) ? at.parent : at;
  return owner.name?.getText().startsWith('create') === true;
}
