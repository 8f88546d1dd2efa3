/** `euphonicd doctor`: everything that somebody who helps asks for, and nothing of what the user calculates. */

import { EXIT_ERROR, EXIT_OK } from '../terminal/exitCodes.js';
import { print, printJson } from '../terminal/output.js';
import { type Check, runChecks } from './doctorChecks.js';
import { daemonFacts, environmentFacts, faults, installationFacts, pathFacts } from './doctorFacts.js';

const MARKS: Readonly<Record<Check['result'], string>> = { ok: 'ok', warning: 'WARNING', problem: 'PROBLEM' };

/** Exit code 1 where something keeps the daemon from working. */
export async function doctor(options: { json?: boolean }): Promise<number> {
  const daemon = await daemonFacts();
  const installation = installationFacts();
  const paths = pathFacts();
  const report = {
    checks: runChecks(daemon, paths),
    installation,
    environment: environmentFacts(),
    paths,
    daemon: daemon.facts,
    faults: faults(),
  };
  if (options.json) printJson(report);
  else print(readable(report));
  return report.checks.some(({ result }) => result === 'problem') ? EXIT_ERROR : EXIT_OK;
}

function readable(report: Record<string, unknown> & { checks: Check[] }): string {
  const { checks, ...facts } = report;
  const lines = checks.flatMap(({ check, result, says, advice }) => [
    `${MARKS[result].padEnd(8)} ${check}: ${says}`,
    ...(advice ? [`         ${advice}`] : []),
  ]);
  for (const [title, values] of Object.entries(facts)) lines.push('', title, ...rows(values, '  '));
  return lines.join('\n');
}

/** A value as indented lines, one for each leaf. */
function rows(value: unknown, indent: string): string[] {
  if (value === undefined || value === null) return [`${indent}none`];
  if (typeof value !== 'object') return [`${indent}${value}`];
  const entries = Object.entries(value);
  if (entries.length === 0) return [`${indent}none`];
  return entries.flatMap(([key, item]) => {
    const isLeaf = typeof item !== 'object' || item === null;
    return isLeaf ? [`${indent}${key}: ${item}`] : [`${indent}${key}:`, ...rows(item, `${indent}  `)];
  });
}
