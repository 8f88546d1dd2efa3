/**
 * The fuzzer of the readers for longer than the tests run it: npm run fuzz:readers -- [MUTATIONS] [NAME…], by default 10000 of
 * every sample. Exit code 1 if a mutation crashed a reader, hung, took too much memory, or gave an untyped error.
 */
import { describeReport, fuzzReader, sampleNames } from './readerFuzz.js';

const [count = '10000', ...chosen] = process.argv.slice(2);
let failures = 0;
for (const name of chosen.length > 0 ? chosen : sampleNames()) {
  const report = await fuzzReader(name, Number(count));
  console.log(describeReport(report));
  for (const failure of report.failures) console.error(`  ${failure}`);
  failures += report.failures.length;
}
process.exitCode = failures > 0 ? 1 : 0;
