// Which installed packages a program needs at run time.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Folders (relative to the root, such as `node_modules/x`) of the named packages and of all that they depend on, as far as
 * they are installed. Optional dependencies of other platforms are not.
 * @param {string} root where node_modules is
 * @param {string[]} names
 * @param {string[]} left packages that are left out, with what only they need
 */
export function runtimePackages(root, names, left = []) {
  const found = new Set();
  const visit = (name, from) => {
    if (left.includes(name)) return;
    const path = locate(root, name, from);
    if (!path || found.has(path)) return;
    found.add(path);
    const { dependencies, optionalDependencies } = JSON.parse(
      readFileSync(join(root, path, 'package.json'), 'utf8'),
    );
    for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies }))
      visit(dependency, path);
  };
  for (const name of names) visit(name, '.');
  return [...found].sort();
}

/** As Node.js looks for it: in the node_modules of the folder that asks, then of each folder above. */
function locate(root, name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (existsSync(join(root, path, 'package.json'))) return path;
    if (folder === '.') return undefined;
  }
}
