/**
 * The table of limits in docs/administration.md, made of the constants and their comments: `npm run limits`; with `-- --write` it is
 * put into the page.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { filesIn } from '../test/tidy/support/tree.js';
import { parse } from '../test/tidy/support/typescript.js';

const page = new URL('../docs/administration.md', import.meta.url);
const [begin, end] = ['<!-- limits: begin -->', '<!-- limits: end -->'];

/** Files whose every constant is a limit but for these; elsewhere the name tells. */
const LIMIT_FILES = [
  'src/daemon/limits/settings.ts',
  'src/protocol/limits.ts',
  'src/compute/local/chunkAdvice.ts',
  'src/models/validate.ts',
];
const NO_LIMITS = ['PROTOCOL_VERSION', 'EXIT_LOCKED', 'REFUSED_BUSY'];
const LIMIT_NAME = /^(MAX|MIN)_|_(TIMEOUT|PER)_MS$/;

interface Constant {
  path: string;
  name: string;
  initializer: ts.Expression;
  /** its own, or that of the constant in the line before */
  comment: string;
}

function constants(): Constant[] {
  return filesIn('src', '.ts').flatMap((path) => {
    let comment = '';
    return parse(path).statements.flatMap((statement): Constant[] => {
      const own = ts
        .getJSDocCommentsAndTags(statement)
        .map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? '');
      if (own.length > 0 || !ts.isVariableStatement(statement))
        comment = own.join(' ').replaceAll(/\s+/g, ' ');
      if (!ts.isVariableStatement(statement)) return [];
      const [{ name, initializer } = {}] = statement.declarationList.declarations;
      if (!name || !initializer || !/^[A-Z][A-Z0-9_]+$/.test(name.getText())) return [];
      return [{ path, name: name.getText(), initializer, comment }];
    });
  });
}

/** Numbers of an expression of literals and other constants; undefined if it is something else. */
function numbersOf(node: ts.Expression, known: ReadonlyMap<string, ts.Expression>): number[] | undefined {
  if (ts.isAsExpression(node)) return numbersOf(node.expression, known);
  if (ts.isNumericLiteral(node)) return [Number(node.text.replaceAll('_', ''))];
  if (ts.isIdentifier(node)) {
    const named = known.get(node.text);
    return named && numbersOf(named, known);
  }
  if (ts.isArrayLiteralExpression(node)) {
    const items = node.elements.map((item) => numbersOf(item, known));
    return items.every((item) => item !== undefined) ? items.flat() : undefined;
  }
  if (!ts.isBinaryExpression(node)) return undefined;
  const [[a], [b]] = [node.left, node.right].map((side) => numbersOf(side, known) ?? []);
  if (a === undefined || b === undefined) return undefined;
  switch (node.operatorToken.getText()) {
    case '*':
      return [a * b];
    case '**':
      return [a ** b];
    case '<<':
      return [a << b];
    default:
      return undefined;
  }
}

/** A number with the unit that the constant's name says. */
function shown(name: string, x: number): string {
  if (/_MS$/.test(name) && !name.includes('_PER_')) {
    const [size, unit] = [
      [86_400_000, 'days'],
      [60_000, 'min'],
      [1000, 's'],
      [1, 'ms'],
    ].find(([size]) => x % Number(size) === 0) as [number, string];
    return `${x / size} ${unit}`;
  }
  if (/_BYTES$/.test(name) && x >= 1024) {
    const power = Math.min(3, Math.floor(Math.log2(x) / 10));
    return `${Number((x / 1024 ** power).toFixed(2))} ${['', 'KiB', 'MiB', 'GiB'][power]}`;
  }
  if (x >= 2 ** 20 && Number.isInteger(Math.log2(x))) return `2^${Math.log2(x)}`;
  return x >= 1e6 || x < 0.01 ? x.toExponential().replace('+', '') : String(x);
}

/** Markdown; constants that share a comment share a row. Throws for a limit without one. */
function limitTable(): string {
  const all = constants();
  const known = new Map(all.map(({ name, initializer }) => [name, initializer]));
  const rows = new Map<string, { names: string[]; values: string[] }>();
  for (const { path, name, initializer, comment } of all) {
    const numbers = numbersOf(initializer, known);
    const isLimit = LIMIT_FILES.includes(path) ? !NO_LIMITS.includes(name) : LIMIT_NAME.test(name);
    if (!numbers || !isLimit) continue;
    if (comment === '') throw new Error(`${path}: ${name} has no comment.`);
    const row = rows.get(comment) ?? { names: [], values: [] };
    rows.set(comment, row);
    row.names.push(`\`${name}\``);
    row.values.push(numbers.map((x) => shown(name, x)).join(numbers.length === 2 ? ' to ' : ', '));
  }
  return [
    '| name | value | what it bounds |',
    '|---|---|---|',
    ...[...rows].map(
      ([comment, { names, values }]) =>
        `| ${names.join(', ')} | ${values.join(', ')} | ${comment.replaceAll('|', '\\|')} |`,
    ),
  ].join('\n');
}

/** The page with the table in its place. */
export function pageWithLimits(text: string): string {
  const [start, stop] = [text.indexOf(begin), text.indexOf(end)];
  if (start < 0 || stop < start) throw new Error(`docs/administration.md has no ${begin} … ${end}`);
  return `${text.slice(0, start + begin.length)}\n${limitTable()}\n${text.slice(stop)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write')) writeFileSync(page, pageWithLimits(readFileSync(page, 'utf8')));
  else console.log(limitTable());
}
