/** The files of the project. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What is made, or belongs to others. */
const LEFT_OUT = new Set(['node_modules', 'build', 'dist', '.git', 'golden', 'frames', 'results']);

function list(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (LEFT_OUT.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? list(path) : [relative(root, path).split(sep).join('/')];
  });
}

/** Paths from the root, with slashes. */
export const allFiles: readonly string[] = list(root).sort();

/** Those below a folder whose name ends in one of the endings, `.ts` for instance. */
export function filesIn(folder: string, ...endings: string[]): string[] {
  const inFolder = (path: string) => folder === '.' || path.startsWith(`${folder}/`);
  return allFiles.filter((path) => inFolder(path) && endings.some((ending) => path.endsWith(ending)));
}

const contents = new Map<string, string>();

export function read(path: string): string {
  const text = contents.get(path) ?? readFileSync(join(root, path), 'utf8');
  contents.set(path, text);
  return text;
}
