/** Comments of source files, and pages, as lines of text. */
import { allFiles, read } from './tree.js';

export interface Line {
  path: string;
  /** from 1 */
  number: number;
  text: string;
}

/** What begins a line of a comment; endings of names, or whole names. */
const MARKS: [RegExp, RegExp][] = [
  [/\.(ts|mjs|cpp|h)$/, /^\s*(\/\/+|\/\*\*?|\*(?!\/))\s?/],
  [/\.m$/, /^\s*%+\s?/],
  [/(\.(py|sh|yml|yaml|service)|CMakeLists\.txt|\.cmake|\/setup|\.ci\/run)$/, /^\s*#+!?\s?/],
];

/** Whole lines of comments, in blocks of lines that follow each other. */
export function commentBlocks(): Line[][] {
  return allFiles.flatMap((path) => {
    const [, mark] = MARKS.find(([names]) => names.test(path)) ?? [];
    if (!mark) return [];
    const blocks: Line[][] = [];
    let indent = '';
    read(path)
      .split('\n')
      .forEach((text, i) => {
        const found = mark.exec(text);
        if (!found) return;
        const own = text.slice(0, text.length - text.trimStart().length);
        const line = { path, number: i + 1, text: text.slice(found[0].length).replace(/\s*\*\/\s*$/, '') };
        const last = blocks.at(-1)?.at(-1);
        // a block comment's further lines are indented by one
        if (last?.number === i && Math.abs(own.length - indent.length) <= 1) blocks.at(-1)!.push(line);
        else blocks.push([line]);
        indent = own;
      });
    return blocks;
  });
}

/** Lines of the pages, without those of code blocks. */
export function pageLines(): Line[] {
  return allFiles
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) => {
      let isCode = false;
      return read(path)
        .split('\n')
        .flatMap((text, i) => {
          if (text.startsWith('```')) isCode = !isCode;
          return isCode ? [] : [{ path, number: i + 1, text }];
        });
    });
}
