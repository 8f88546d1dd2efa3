/** The table of a run: printed, and written into docs/reliability.md between two markers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { circumstances, ROOT } from '../../../bench/harness/machine.js';
import type { Outcome, Trial } from '../trial.js';

const PAGE = join(ROOT, 'docs', 'reliability.md');
const BEGIN = '<!-- figures -->';
const END = '<!-- /figures -->';

export interface Row extends Outcome {
  trial: Pick<Trial, 'name' | 'what' | 'required'>;
  seconds: number;
  /** load average of the machine when the trial began */
  load: number;
}

const verdict = ({ passed }: Outcome) =>
  passed === undefined ? 'skipped' : passed ? 'as required' : '**not as required**';

const cells = (row: Row) => [
  row.trial.what,
  row.trial.required,
  row.measured,
  verdict(row),
  `\`npm run test:reliability -- ${row.trial.name}\``,
  `${row.seconds.toFixed(0)} s`,
  row.load.toFixed(1),
];

export function printRow(row: Row): void {
  console.log(`${verdict(row).replaceAll('*', '').padEnd(15)} ${row.trial.name}: ${row.measured}`);
  console.log(
    `                (required: ${row.trial.required}; ${row.seconds.toFixed(1)} s, load ${row.load.toFixed(1)})`,
  );
}

const HEAD = ['Trial', 'Required', 'Measured', '', 'Command', 'Took', 'Load'];

/** Puts the rows into the page; those of trials that were not run this time stay as they are. */
export function writePage(rows: readonly Row[]): void {
  const page = readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${PAGE} has no markers ${BEGIN} and ${END}`);
  const lines = page
    .slice(from + BEGIN.length, to)
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.includes('npm run'));
  const commandOf = (line: string) => /npm run test:reliability -- (\S+)`/.exec(line)?.[1];
  for (const row of rows) {
    const line = `| ${cells(row)
      .map((text) => text.replaceAll('|', '\\|'))
      .join(' | ')} |`;
    const at = lines.findIndex((known) => commandOf(known) === row.trial.name);
    if (at < 0) lines.push(line);
    else lines[at] = line;
  }
  const { date, machine, versions } = circumstances();
  const where = [
    `Last run ${date.slice(0, 16).replace('T', ' ')} UTC on ${machine.processor}, ${machine.logicalProcessors} logical`,
    `processors, ${machine.memoryGiB} GiB, ${machine.system}; ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
  ].join(' ');
  const table = [`| ${HEAD.join(' | ')} |`, `|${' --- |'.repeat(HEAD.length)}`, ...lines].join('\n');
  writeFileSync(PAGE, `${page.slice(0, from + BEGIN.length)}\n${where}\n\n${table}\n${page.slice(to)}`);
}
