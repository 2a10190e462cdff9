import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '../../..');

type FunctionLike = ts.FunctionDeclaration | ts.FunctionExpression | ts.ArrowFunction;
type Member = ts.MethodDeclaration | ts.PropertyAssignment | ts.ShorthandPropertyAssignment;

/**
 * Finds the code that a function can run, by following every name from its file to what the type checker says it
 * means. What a factory (`create…`) gives back counts member by member: a function that reads orders does not
 * reach the code that writes them, though one store holds both. It follows types, so it is as complete as they
 * are: the code has no `any` and no type assertion that could hide a call. A member that is called through an
 * interface counts in every factory's object that was made.
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
    ['functions', 'lib'].some((folder) => fileName.startsWith(`${join(root, folder)}/`)) &&
    !fileName.endsWith('.d.ts');

  return (entry: string): ReadonlySet<ts.Node> => {
    const file = program.getSourceFile(join(root, entry));
    if (file === undefined) throw new Error(`there is no ${entry}`);
    const reached = new Set<ts.Node>();
    const begun = new Set<ts.Node>();
    /** Members of factories' objects by name, as long as nothing calls them. */
    const parked = new Map<string, Member[]>();
    /** Members of interfaces that something calls, and those of interfaces whose makers are followed anyway. */
    const called = new Map<ts.Node, string>();
    const followed = new Set<ts.Node>();

    function visit(node: ts.Node): void {
      if (ts.isImportDeclaration(node)) return;
      // What a class extends is code.
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
      // Of a module: what it does when it is loaded.
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

  /** `const { get } = carts` and `({ get }: CartStore) =>` reach a member as well. */
  function boundProperty(element: ts.BindingElement): ts.Symbol | undefined {
    const { propertyName, name, parent } = element;
    const property = propertyName ?? name;
    if (!ts.isObjectBindingPattern(parent) || !ts.isIdentifier(property)) return undefined;
    return checker.getPropertyOfType(checker.getTypeAtLocation(parent), property.text);
  }
}

const isFunctionLike = (node: ts.Node | undefined): node is FunctionLike =>
  node !== undefined &&
  (ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isArrowFunction(node));

/** A named function within another one: it runs when its name is used. */
function isLocalFunction(node: ts.Node): boolean {
  if (ts.isFunctionDeclaration(node)) return true;
  return ts.isVariableDeclaration(node) && isFunctionLike(node.initializer);
}

/** A function, or what has a name already, in the object that a `create…` gives back whose type is that object's own. */
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
