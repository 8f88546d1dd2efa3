#!/usr/bin/env node
import { main } from './cli/main.js';
/** The command line: euphonicd. */
import { EXIT_ERROR } from './cli/terminal/exitCodes.js';

// a reader that has seen enough, such as head, is not a fault
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  process.stderr.write(`euphonicd: The output cannot be written: ${error.message}\n`);
  process.exit(EXIT_ERROR);
});
process.exitCode = await main(process.argv.slice(2));
