/** Tests that start a daemon, or run the program in another way, run what src/ compiles to. */
import assert from 'node:assert/strict';
import ts from 'typescript';
import { type Graph, reached } from './support/graph.js';
import { none } from './support/none.js';
import { filesIn } from './support/tree.js';
import { importsOf, nodes, parse } from './support/typescript.js';

/** Refuses a dist/ that is of an older state. */
const CHECK = 'test/support/dist.ts';
/** Starts daemons from dist/. */
const LAUNCHER = 'src/client/launcher.ts';

const graph: Graph = new Map(
  filesIn('.', '.ts', '.mjs').map((file) => [file, new Set(importsOf(file).map(({ target }) => target))]),
);
const tests = filesIn('test', '.test.ts');

describe('dist', () => {
  it('is reached by tests through test/support/dist.ts alone', () => {
    const naming = filesIn('test', '.ts').filter((file) => {
      const texts = [...nodes(parse(file))].filter(
        (node) => ts.isStringLiteralLike(node) || ts.isTemplateHead(node),
      );
      return texts.some(({ text }) => /(^|\/)dist(\/|$)/.test(text));
    });
    none(naming.filter((file) => file !== CHECK && !file.startsWith('test/tidy/')));
  });

  it('is looked at by every test that can start a daemon', () => {
    const starting = tests.filter((file) => reached(graph, file).has(LAUNCHER));
    assert.ok(starting.length > 10);
    none(starting.filter((file) => !reached(graph, file).has(CHECK)));
  });
});
