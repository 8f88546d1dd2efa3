import { run } from '../run.mjs';

/** What a program printed; throws with it where the program fails. */
export async function must(command, args, options) {
  const { code, output } = await run(command, args, { quiet: true, ...options });
  if (code !== 0)
    throw new Error(`${command} ${args.join(' ')} failed (exit code ${code}):\n${output.slice(-4000)}`);
  return output;
}
