/** Options that mean something beside others alone. */
import type { Command } from 'commander';
import { note } from '../terminal/output.js';

/** Says where an option is given without any of those that it needs; all by their attributes' names. */
export function addNeeds(command: Command, needs: Readonly<Record<string, readonly string[]>>): Command {
  return command.hook('preAction', (_, action) => {
    const isGiven = (name: string) => action.getOptionValueSource(name) === 'cli';
    const flagOf = (name: string) => action.options.find((option) => option.attributeName() === name)?.long;
    for (const [name, others] of Object.entries(needs)) {
      if (isGiven(name) && !others.some(isGiven))
        note(`${flagOf(name)} has no effect without ${others.map(flagOf).join(' or ')}.`);
    }
  });
}
