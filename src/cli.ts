#!/usr/bin/env node
/** The command line: euphonicd. */
import { main } from './cli/main.js';

// a reader that has seen enough, such as head, is no fault
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
process.exitCode = await main(process.argv.slice(2));
