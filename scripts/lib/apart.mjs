// Suites in processes of their own, so that some can run at the same time.
import { run } from './run.mjs';

/** Runs a script whose last line is `N passed, N failed, N skipped`, and shows what it printed when it has ended. */
export async function apart(script, words, title) {
  const { output } = await run(process.execPath, [script, ...words], { quiet: true });
  process.stdout.write(output);
  const line = [...output.matchAll(/^(\d+) passed, (\d+) failed, (\d+) skipped\s*$/gm)].at(-1);
  if (!line) console.log(`  failed  ${title}: it ended without counts`);
  const [passed, failed, skipped] = line ? line.slice(1).map(Number) : [0, 1, 0];
  return { passed, failed, skipped };
}
