/** Results go to standard output, everything else to standard error. */

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** A remark beside the result. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
