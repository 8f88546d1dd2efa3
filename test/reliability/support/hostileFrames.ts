/** Messages that a broken or hostile peer may send: at random, but the same for a seed. */
import { encodeRequest } from '../../../src/protocol/codec.js';
import type { Request } from '../../../src/protocol/messages.js';
import { corpus } from '../../protocol/frameCorpus.js';

/** Names that a header may hold; `shutdown` is left out, which would be obeyed. */
const METHODS = [
  'hello',
  'ping',
  'status',
  'model.load',
  'model.put',
  'model.info',
  'model.content',
  'job.open',
  'job.compute',
  'job.close',
  'job.cancel',
  'debye_waller',
  'spectrum.path',
];
const KEYS = [
  ...['model', 'path', 'format', 'job', 'offset', 'count', 'before', 'after', 'n_points', 'quantity', 'asr'],
  ...[
    'temperature',
    'grid',
    'ticket',
    'atom_type',
    'width',
    'shape',
    'scattering_lengths',
    'n_threads',
    'client',
  ],
  ...['q', 'zone', 'q_spacing'],
  ...['protocol', 'version', 'dipole', 'dipole_parameter', 'frequency_min', 'constructor', 'toString'],
];
const VALUES = [
  ...[0, 1, -1, 0.5, 1e308, -1e308, 2 ** 53 - 1, 2 ** 40, 3, 300],
  ...[null, true, false, '', 'x', 'quartz', '../../etc/passwd', '/nowhere', 'é'.repeat(300), 'f'.repeat(64)],
  ...[[], [1, 1, 1], [0, 0, 0], [1, [2, [3]]], {}, { a: { b: { c: 1 } } }, ['O', 'Si'], 'reciprocal', 'sqw'],
];

export class HostileFrames {
  private readonly seeds = corpus()
    .map(({ parts }) => parts)
    .filter((parts) => parts.some((part) => part.length > 0));

  constructor(private readonly next: () => number) {}

  /** A message; never the single empty frame that means that its sender has gone. */
  message(): Uint8Array[] {
    const kind = this.below(10);
    const parts = kind < 6 ? this.mutated() : kind < 8 ? this.random() : this.wellFormed();
    return parts.length === 1 && parts[0].length === 0 ? [Uint8Array.of(0)] : parts;
  }

  private below(n: number): number {
    return Math.floor((this.next() + 0.5) * n);
  }

  private choose<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  private bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  private random(): Uint8Array[] {
    return Array.from({ length: 1 + this.below(4) }, () => this.bytes(this.below(100)));
  }

  /** A message of the corpus with some bytes changed, taken out, put in or cut off, or with parts moved. */
  private mutated(): Uint8Array[] {
    const parts: Uint8Array[] = this.choose(this.seeds).map((part) => Uint8Array.from(part));
    for (let n = 1 + this.below(4); n > 0; n--) {
      const p = this.below(parts.length);
      const part = parts[p];
      const at = this.below(part.length + 1);
      switch (this.below(7)) {
        case 0:
          parts[p] = part.slice(0, at);
          break;
        case 1:
          parts[p] = Buffer.concat([part.slice(0, at), this.bytes(1 + this.below(8)), part.slice(at)]);
          break;
        case 2:
          parts[p] = Buffer.concat([part.slice(0, at), part.slice(at + 1 + this.below(8))]);
          break;
        case 3:
          parts.push(this.bytes(this.below(60)));
          break;
        case 4:
          if (parts.length > 1) parts.splice(p, 1);
          break;
        default:
          if (part.length > 0)
            part[at % part.length] = this.below(2) ? this.below(256) : part[at % part.length] ^ 1;
      }
    }
    return parts;
  }

  /** A header as the codec makes it, with a method and parameters that make no sense together. */
  private wellFormed(): Uint8Array[] {
    const params = Object.fromEntries(
      Array.from({ length: this.below(6) }, () => [this.choose(KEYS), this.choose(VALUES)]),
    );
    const frames: Request['frames'] = [];
    for (let n = this.below(3); n > 0; n--) {
      const shape = Array.from({ length: this.below(4) }, () => this.below(4));
      const size = shape.reduce((product, extent) => product * extent, 1);
      const name = this.choose(['qpts', 'energies', 'directions', 'born', 'force_constants', 'atom_r', 'x']);
      frames.push({ name, dtype: '<f8', shape, order: 'C', bytes: this.bytes(8 * size) });
    }
    return encodeRequest({ id: this.below(1000), method: this.choose(METHODS), params, frames });
  }
}
