/** Comments and pages name files that are there, and are not broken by formatters. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commentBlocks, type Line, pageLines } from './support/comments.js';
import { none } from './support/none.js';
import { allFiles, root } from './support/tree.js';

const told = ({ path, number }: Line, what: string) => `${path}:${number} ${what}`;

/** Files of users and of other programs, and examples. */
const ELSEWHERE = ['startup.m', 'script.m', 'mex.h', 'core/x.h', 'test_x.m'];

/** What is made. */
const MADE = /^(build|dist|node_modules)\/|\.mex$/;

const folders = new Set(
  allFiles.flatMap((path) => path.split('/').map((_, k, parts) => parts.slice(0, k).join('/'))),
);
const tops = new Set(allFiles.filter((path) => path.includes('/')).map((path) => path.split('/')[0]));
const ends = new Set(
  allFiles.flatMap((path) => path.split('/').map((_, k, parts) => parts.slice(k).join('/'))),
);

/** A path from the root, or the end of one with the ending of a source file. */
const PATH = /(?<![\w/.~$<*-])(?:[\w+@.-]+\/)*[\w+@.-]+(?![\w/*<>])/g;
const SOURCE = /^[^.].*\.(ts|mjs|cpp|h|m|md|py)$/;

function isMissing(path: string, from: string): boolean {
  if (MADE.test(path) || ELSEWHERE.includes(path) || ends.has(path) || folders.has(path)) return false;
  const isOfRoot = path.includes('/') && tops.has(path.split('/')[0]);
  const isThere = [root, join(root, dirname(from))].some((folder) => existsSync(join(folder, path)));
  return (isOfRoot || SOURCE.test(path)) && !isThere;
}

function missingPaths(line: Line): string[] {
  const paths = [...line.text.matchAll(PATH)].map(([path]) => path.replace(/[.:]+$/, ''));
  return paths.filter((path) => isMissing(path, line.path)).map((path) => told(line, `names ${path}`));
}

describe('text', () => {
  const comments = commentBlocks();
  const pages = pageLines();

  it('of comments names files that exist', () => {
    none(comments.flat().flatMap(missingPaths));
  });

  it('of pages names files that exist', () => {
    none(pages.flatMap(missingPaths));
  });

  it('of pages links to files that exist', () => {
    const links = pages.flatMap((line) =>
      [...line.text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, target]) => ({ line, target })),
    );
    none(
      links
        .filter(({ line, target }) => !existsSync(join(root, dirname(line.path), target)))
        .map(({ line, target }) => told(line, `links to ${target}`)),
    );
  });

  it('of comments has no line of one word that a formatter has left', () => {
    const isLeft = ({ text }: Line, before: Line | undefined) =>
      /^\S+$/.test(text.trim()) &&
      !/^\(.*\)$|^[A-Z_.]+\(.*\)$/.test(text.trim()) &&
      /\w/.test(text) &&
      !/^[-@#]/.test(text.trim()) &&
      (before?.text.length ?? 0) > 60;
    none(
      comments.flatMap((block) =>
        block
          .filter((line, k) => isLeft(line, block[k - 1]))
          .map((line) => told(line, `only says ${line.text.trim()}`)),
      ),
    );
  });
});
