/** A function fits on a screen. */
import assert from 'node:assert/strict';
import {
  cppFunctions,
  type FunctionLines,
  matlabFunctions,
  pythonFunctions,
  typescriptFunctions,
} from './support/functions.js';
import { none } from './support/none.js';
import { filesIn } from './support/tree.js';

const MAX_LINES = 70;

const LANGUAGES: [string, string[], (path: string) => FunctionLines[]][] = [
  ['TypeScript and JavaScript', ['.ts', '.mjs'], typescriptFunctions],
  ['C++', ['.cpp', '.h'], cppFunctions],
  ['MATLAB', ['.m'], matlabFunctions],
  ['Python', ['.py'], pythonFunctions],
];

describe('functions', () => {
  for (const [language, endings, functionsOf] of LANGUAGES) {
    it(`of ${language} have ${MAX_LINES} lines at most`, () => {
      const all = filesIn('.', ...endings).flatMap((path) =>
        functionsOf(path).map((found) => ({ ...found, path })),
      );
      assert.ok(all.length > 20, `${all.length} functions were found`);
      const long = all.filter(({ count }) => count > MAX_LINES);
      none(long.map(({ path, line, name, count }) => `${path}:${line} ${name} has ${count} lines`));
    });
  }
});
