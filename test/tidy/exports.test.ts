/** What is exported is imported somewhere, and limits are read. */
import assert from 'node:assert/strict';
import ts from 'typescript';
import { pageWithLimits } from '../../scripts/limits.js';
import { none } from './support/none.js';
import { filesIn, read } from './support/tree.js';
import { exportsOf, importsOf, nodes, parse } from './support/typescript.js';

/** Files that are run by name, or loaded by a program that looks for certain names. */
const ENTRIES = ['scripts/lib/mochaReporter.mjs'];

describe('exports', () => {
  const files = filesIn('.', '.ts', '.mjs').filter((path) => !ENTRIES.includes(path));
  /** of each file the names that others import; undefined among them: perhaps all */
  const imported = new Map<string, Set<string | undefined>>();
  before(() => {
    for (const path of files) {
      for (const { target, names } of importsOf(path)) {
        const known = imported.get(target) ?? new Set();
        imported.set(target, known);
        for (const name of names ?? [undefined]) known.add(name);
      }
    }
  });

  it('are imported by somebody', () => {
    const isUsed = (path: string, name: string) =>
      imported.get(path)?.has(name) || imported.get(path)?.has(undefined);
    const idle = files.flatMap((path) =>
      exportsOf(path)
        .filter(({ name }) => !isUsed(path, name))
        .map(({ name }) => `${path}: ${name}`),
    );
    none(idle);
  });

  it('that are limits are read by the program, not only by tests', () => {
    const program = filesIn('src', '.ts');
    const used = new Set<string>();
    for (const path of program) {
      for (const node of nodes(parse(path))) {
        if (ts.isIdentifier(node) && !isDeclared(node)) used.add(node.text);
      }
    }
    const limits = program.flatMap((path) =>
      exportsOf(path)
        .filter(({ name }) => /^[A-Z][A-Z0-9_]+$/.test(name))
        .map(({ name }) => ({ path, name })),
    );
    assert.ok(limits.length > 50);
    none(limits.filter(({ name }) => !used.has(name)).map(({ path, name }) => `${path}: ${name}`));
  });
});

describe('docs/administration.md', () => {
  it('has the limits as they are', () => {
    const page = read('docs/administration.md');
    none(pageWithLimits(page) === page ? [] : ['npm run limits -- --write has not been run']);
  });
});

/** Where a name is made, imported or passed on, not where its value is used. */
function isDeclared(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isVariableDeclaration(parent)) return parent.name === node;
  return ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent);
}
