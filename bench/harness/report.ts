/** Results in bench/results/: numbers as JSON, tables and remarks as Markdown, pictures as SVG. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Circumstances, machineName, ROOT } from './machine.js';
import type { Settings } from './settings.js';

const RESULTS = join(ROOT, 'bench', 'results');

export interface Report {
  workload: string;
  circumstances: Circumstances;
  settings: Settings;
  /** what was measured, as JSON */
  results: unknown;
  /** the same for people: tables and remarks in Markdown */
  text: string;
  /** pictures by the last part of their name: SVG */
  pictures?: Record<string, Promise<string>>;
}

const stemOf = (workload: string, settings: Settings, circumstances: Circumstances) =>
  `${settings.data === undefined ? workload : `${workload}-data`}-${machineName(circumstances)}`;

/** Results that an earlier run on this machine with as many threads has left in bench/results. */
export function earlierResults(workload: string, settings: Settings, circumstances: Circumstances): unknown {
  const file = join(RESULTS, `${stemOf(workload, settings, circumstances)}.json`);
  if (!existsSync(file)) return undefined;
  const { settings: earlier, results } = JSON.parse(readFileSync(file, 'utf8'));
  return earlier.threads === settings.threads ? results : undefined;
}

/** Prints the report and, unless it is only to be printed, writes its files. */
export async function publish(report: Report, printOnly = false): Promise<void> {
  const { workload, circumstances, settings, results, pictures = {} } = report;
  const stem = stemOf(workload, settings, circumstances);
  let text = `${conditions(circumstances)}\n\n${report.text.trim()}\n`;
  if (printOnly) {
    console.log(`\n${text}`);
    return;
  }
  mkdirSync(RESULTS, { recursive: true });
  const content = { workload, ...circumstances, settings, results };
  writeFileSync(join(RESULTS, `${stem}.json`), `${JSON.stringify(content, compact, 1)}\n`);
  for (const [kind, svg] of Object.entries(pictures)) {
    writeFileSync(join(RESULTS, `${stem}-${kind}.svg`), await svg);
    text += `\n![${workload}, ${kind.replaceAll('-', ' ')}](${stem}-${kind}.svg)\n`;
  }
  writeFileSync(join(RESULTS, `${stem}.md`), `# ${workload}\n\n${text}`);
  console.log(`\n${text}`);
}

/** Six digits say all that a measurement knows. */
function compact(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}

function conditions({ date, loadAverage, machine, versions }: Circumstances): string {
  const { processor, logicalProcessors, simd, memoryGiB, system } = machine;
  return [
    `Measured ${date.slice(0, 16).replace('T', ' ')} UTC on ${processor}, ${logicalProcessors} logical processors,`,
    `${simd}, ${memoryGiB} GiB, ${system}; load average ${loadAverage.toFixed(2)} at the start.`,
    `${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
  ].join(' ');
}

/** A table in Markdown: the first column left, the others right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** A number in three significant digits, without an exponent. */
export function figure(x: number, digits = 3): string {
  if (!Number.isFinite(x)) return '–';
  if (x === 0) return '0';
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(x))));
  return x.toFixed(Math.min(decimals, 6));
}
