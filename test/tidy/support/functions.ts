/** Where functions begin and end, in every language of the project. */
import ts from 'typescript';
import { read } from './tree.js';
import { nodes, parse } from './typescript.js';

export interface FunctionLines {
  name: string;
  /** from 1 */
  line: number;
  /** from its signature to its end */
  count: number;
}

/** Of TypeScript and JavaScript; what `describe` is given is a list of tests, not a function of its own. */
export function typescriptFunctions(path: string): FunctionLines[] {
  const source = parse(path);
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line + 1;
  return [...nodes(source)]
    .filter((node): node is ts.FunctionLikeDeclaration => ts.isFunctionLike(node) && 'body' in node)
    .filter(({ parent }) => !(ts.isCallExpression(parent) && /^describe/.test(parent.expression.getText())))
    .map((node) => {
      const [start, end] = [lineOf(node.getStart()), lineOf(node.getEnd())];
      const owner =
        ts.isVariableDeclaration(node.parent) || ts.isPropertyAssignment(node.parent) ? node.parent : node;
      return { name: owner.name?.getText() ?? '(no name)', line: start, count: end - start + 1 };
    });
}

/** Comments and literals as blanks, lines where they were. */
function withoutText(code: string): string {
  const pattern = /\/\/.*|\/\*[\s\S]*?\*\/|R"\(([\s\S]*?)\)"|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g;
  return code.replace(pattern, (text) => text.replace(/[^\n]/g, ' '));
}

/** What stands before the brace of a function: a list of parameters, and what may follow it. */
const SIGNATURE = /\)\s*(const|noexcept|override|final|mutable|->[\w:<>*&,\s]+|:\s[^;]*|,[^;]*)*\s*$/;
const STATEMENT = /^\s*(}?\s*else\s+)?(if|for|while|switch|catch|do)\b/;

/** Of C++: blocks after a list of parameters; lambdas count with the function that they are in. */
export function cppFunctions(path: string): FunctionLines[] {
  const code = withoutText(read(path));
  const found: FunctionLines[] = [];
  const open: ({ name: string; line: number } | undefined)[] = [];
  let line = 1;
  let parentheses = 0;
  let segment = { text: '', line: 1 };
  for (const character of code) {
    if (character === '(') parentheses++;
    if (character === ')') parentheses--;
    if (character === '{') {
      const isFunction = SIGNATURE.test(segment.text) && !STATEMENT.test(segment.text);
      const name = /([\w:~]+)\s*\(/.exec(segment.text)?.[1] ?? '(no name)';
      open.push(isFunction ? { name, line: segment.line } : undefined);
    }
    if (character === '}') {
      const ended = open.pop();
      if (ended) found.push({ ...ended, count: line - ended.line + 1 });
    }
    if (character === '\n') line++;
    const isEnd = character === ';' ? parentheses === 0 : character === '{' || character === '}';
    if (isEnd) segment = { text: '', line };
    else if (/\S/.test(character) || segment.text !== '') {
      if (segment.text === '') segment.line = line;
      segment.text += character;
    }
  }
  return found;
}

/** Of MATLAB, formatted: a function ends at the `end` that is indented as it is. */
export function matlabFunctions(path: string): FunctionLines[] {
  const begin = /^( *)function\b(?:.*=)? *([\w.]+)/;
  return indented(path, begin, (indent) => new RegExp(`^${indent}end\\b`), 1);
}

/** Of Python: a function ends before the next line that is indented no more. */
export function pythonFunctions(path: string): FunctionLines[] {
  return indented(path, /^( *)def (\w+)/, (indent) => new RegExp(`^ {0,${indent.length}}\\S`), 0);
}

function indented(
  path: string,
  begin: RegExp,
  end: (indent: string) => RegExp,
  own: number,
): FunctionLines[] {
  const lines = read(path).split('\n');
  return lines.flatMap((text, i): FunctionLines[] => {
    const [, indent, name] = begin.exec(text) ?? [];
    if (indent === undefined || name === undefined) return [];
    const after = lines.slice(i + 1).findIndex((other) => end(indent).test(other));
    return [{ name, line: i + 1, count: (after < 0 ? lines.length - i - 1 : after + own) + 1 }];
  });
}
