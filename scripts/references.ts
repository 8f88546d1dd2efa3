/**
 * Calculates every reference of the data folder through a daemon and prints how near each is: `npm run references`; with
 * `-- --write` the table in docs/trust.md is replaced. Exit code 1 where one is beyond its tolerance.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { TestDaemon } from '../test/support/daemon.js';
import { dataFolder } from '../test/support/data.js';
import { references } from '../test/support/references.js';

const page = new URL('../docs/trust.md', import.meta.url);
const [begin, end] = ['<!-- references: begin -->', '<!-- references: end -->'];

const rows = [
  '| file | calculated with | quantity | largest deviation | tolerance |',
  '|---|---|---|---|---|',
];
let failures = 0;
const daemon = new TestDaemon();
try {
  for (const reference of references(dataFolder)) {
    for (const { quantity, deviation, tolerance } of await reference.run(daemon.client(), dataFolder)) {
      if (!(deviation <= tolerance)) failures++;
      const found = `${deviation.toExponential(1)}${deviation <= tolerance ? '' : ' **beyond**'}`;
      const cells = [reference.file, reference.options, quantity, found, tolerance.toExponential(0)];
      rows.push(`| ${cells.join(' | ')} |`);
    }
  }
} finally {
  await daemon.dispose();
}
const table = rows.join('\n');
console.log(table);
if (process.argv.includes('--write')) {
  const text = readFileSync(page, 'utf8');
  const [start, stop] = [text.indexOf(begin), text.indexOf(end)];
  if (start < 0 || stop < start) throw new Error(`docs/trust.md has no ${begin} … ${end}`);
  writeFileSync(page, `${text.slice(0, start + begin.length)}\n${table}\n${text.slice(stop)}`);
}
if (failures > 0) console.error(`${failures} beyond their tolerance`);
process.exitCode = failures > 0 ? 1 : 0;
