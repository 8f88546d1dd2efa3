/** What TypeScript and JavaScript files import, export and hold, by TypeScript's own parser. */
import { posix } from 'node:path';
import ts from 'typescript';
import { allFiles, read } from './tree.js';

const parsed = new Map<string, ts.SourceFile>();

export function parse(path: string): ts.SourceFile {
  const source = parsed.get(path) ?? ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true);
  parsed.set(path, source);
  return source;
}

/** All nodes below one, in order. */
export function* nodes(node: ts.Node): Generator<ts.Node> {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  for (const child of children) {
    yield child;
    yield* nodes(child);
  }
}

const known = new Set(allFiles);

/** The file that a module's name means, undefined for packages. Names end in .js where files end in .ts. */
function resolved(from: string, name: string): string | undefined {
  if (!name.startsWith('.')) return undefined;
  const path = posix.join(posix.dirname(from), name);
  return [path, path.replace(/\.js$/, '.ts')].find((candidate) => known.has(candidate));
}

interface Import {
  /** the file that is imported */
  target: string;
  /** undefined: everything that it exports, or nothing but its effects */
  names: string[] | undefined;
}

/** Imports of files: also `import()`, `typeof import()`, and threads made of `new URL(name, import.meta.url)`. */
export function importsOf(path: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, names?: string[]) => {
    const literal = specifier && (ts.isLiteralTypeNode(specifier) ? specifier.literal : specifier);
    const target = literal && ts.isStringLiteralLike(literal) ? resolved(path, literal.text) : undefined;
    if (target) found.push({ target, names });
  };
  for (const node of nodes(parse(path))) {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, importedNames(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, reexportedNames(node.exportClause));
    else if (ts.isImportTypeNode(node)) add(node.argument, node.qualifier && [node.qualifier.getText()]);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0]);
    else if (ts.isNewExpression(node) && node.expression.getText() === 'URL' && isOwnUrl(node))
      add(node.arguments?.[0]);
  }
  return found;
}

function isOwnUrl(node: ts.NewExpression): boolean {
  return node.arguments?.[1]?.getText() === 'import.meta.url';
}

function importedNames(clause: ts.ImportClause | undefined): string[] | undefined {
  const bindings = clause?.namedBindings;
  if (bindings && ts.isNamespaceImport(bindings)) return undefined;
  const named = bindings?.elements.map(({ name, propertyName }) => (propertyName ?? name).text) ?? [];
  return clause?.name ? [...named, 'default'] : named;
}

function reexportedNames(clause: ts.NamedExportBindings | undefined): string[] | undefined {
  if (!clause || ts.isNamespaceExport(clause)) return undefined;
  return clause.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
}

interface Exported {
  name: string;
  node: ts.Declaration;
}

/** What a file declares and exports. */
export function exportsOf(path: string): Exported[] {
  return parse(path).statements.flatMap((statement): Exported[] => {
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map((node) => ({ name: node.name.getText(), node }));
    }
    const declaration = statement as ts.DeclarationStatement;
    return declaration.name ? [{ name: declaration.name.getText(), node: declaration }] : [];
  });
}
