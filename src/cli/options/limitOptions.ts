/** What a daemon may use, as options of `start` and `run`. They are checked before anything is done. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { EuphonicError } from '../../base/errors.js';
import { parseBytes, parseDuration } from '../../base/sizes.js';
import { MIN_MEMORY_BYTES } from '../../daemon/limits/settings.js';
import { MAX_THREADS } from '../../protocol/limits.js';
import type { StartLimits } from '../../runtime/startLimits.js';
import { parseTcpAddress } from '../../runtime/tcpAddress.js';
import { countOf } from './numbers.js';

const FLAGS: Readonly<Record<keyof StartLimits, string>> = {
  threads: '--threads',
  maxMemory: '--max-memory',
  idleEnd: '--idle-end',
  readTime: '--read-time',
  tcp: '--tcp',
};

export function addLimitOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        `${FLAGS.threads} <n>`,
        "threads of the daemon; by default the machine's cores, as far as they are granted",
      ).argParser(countOf(`an integer from 1 to ${MAX_THREADS}`, MAX_THREADS)),
    )
    .addOption(
      new Option(
        `${FLAGS.maxMemory} <size>`,
        "memory of the daemon, such as 8G; by default half of the machine's or the container's",
      ).argParser(checkedBy(checkMemory)),
    )
    .addOption(
      new Option(
        `${FLAGS.idleEnd} <time>`,
        'end when nobody has needed it for so long: 12h, 3d, never (default 3d)',
      ).argParser(checkedBy((text) => parseDuration(text, FLAGS.idleEnd))),
    )
    .addOption(
      new Option(
        `${FLAGS.readTime} <time>`,
        'stop reading a file that takes longer: 90s, 1h, never (default 10min)',
      ).argParser(checkedBy((text) => parseDuration(text, FLAGS.readTime))),
    )
    .addOption(
      new Option(
        `${FLAGS.tcp} [address]`,
        'be reached over TCP, encrypted, at address or address:port, in place of local sockets',
      )
        .preset('127.0.0.1')
        .argParser(checkedBy(parseTcpAddress)),
    );
}

/** The flags that were given. */
export function givenFlags(limits: StartLimits): string[] {
  const names = Object.keys(FLAGS) as (keyof StartLimits)[];
  return names.filter((name) => limits[name] !== undefined).map((name) => FLAGS[name]);
}

function checkMemory(text: string): void {
  if (parseBytes(text, FLAGS.maxMemory) >= MIN_MEMORY_BYTES) return;
  throw new InvalidArgumentError(`Expected at least ${MIN_MEMORY_BYTES} bytes.`);
}

/** A parser that leaves the text as it is, for the daemon, once `check` had nothing against it. */
function checkedBy(check: (text: string) => unknown): (text: string) => string {
  return (text) => {
    try {
      check(text);
    } catch (error) {
      if (!(error instanceof EuphonicError)) throw error;
      throw new InvalidArgumentError(`Expected ${error.expected}.`);
    }
    return text;
  };
}
