// Reading Catch2's JUnit report, and showing it to people.

const entities = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' };
const plain = (text) => text.replace(/&(lt|gt|quot|apos|amp);/g, (entity) => entities[entity]);

/**
 * Prints one line for each test case of a report, with what failed or why it was skipped, and counts them. A case that
 * printed `SKIPPED: reason` counts as skipped, not as passed. Sections of one test case are cases of their own.
 * @param {string} xml
 */
export function catch2Counts(xml) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const cases = xml.matchAll(/<testcase\s([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs);
  for (const [, attributes, body = ''] of cases) {
    const attribute = (name) => plain(attributes.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1] ?? '');
    const problems = [...body.matchAll(/<(failure|error)\b[^>]*>(.*?)<\/\1>/gs)].map(([, , text]) =>
      plain(text).trim(),
    );
    const reasons = [...plain(body).matchAll(/^SKIPPED: .*$/gm)].map(([line]) => line);
    const failed = problems.length > 0 || /<(failure|error)\b/.test(body);
    const verdict = failed ? 'failed' : reasons.length > 0 ? 'skipped' : 'passed';
    counts[verdict] += 1;
    console.log(`  ${verdict.padEnd(7)} ${attribute('name')} (${Number(attribute('time')).toFixed(2)} s)`);
    for (const text of failed ? problems : reasons) console.log(text.replace(/^/gm, '          '));
  }
  return counts;
}
