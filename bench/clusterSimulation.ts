/**
 * How many machines of 64 cores pay: a cluster simulated by events from measured costs, cut into chunks and credit as the program does.
 * node --import=tsx bench/clusterSimulation.ts
 */
import { clusterAdvice } from '../src/cluster/advice.js';

const THREADS = 64;
const MACHINES = [1, 4, 16, 64];

/** Of the gateway's event loop, measured: seconds for a chunk, and for a byte that goes through it. */
const PER_CHUNK = 0.4e-3;
const PER_BYTE = 2.2e-9;
/** Of engine and network, each way. */
const WAY = 0.5e-3;
/** Chunks that a machine has: one is computed while another travels. */
const LANES = 2;

/** Crystals, and microseconds of a core for a q-point, measured on one core. */
const CRYSTALS: [string, number, number][] = [
  ['quartz', 9, 5.8],
  ['La₂Zr₂O₇', 22, 14],
  ['60 atoms, with centre', 60, 283],
  ['60 atoms, without', 60, 789],
  ['120 atoms', 120, 5740],
  ['200 atoms', 200, 23_400],
  ['400 atoms', 400, 180_000],
];

/** Calls, and bytes of a q-point that go through the gateway: in, and out. */
const CALLS: [string, (modes: number) => [number, number]][] = [
  ['horace_disp', (modes) => [24, 16 * modes]],
  ['horace_sqw', () => [32, 8]],
  // what it would be if workers kept lists of q-points, which they do not
  ['the same, q kept', () => [0, 8]],
];

/** What happens at a time; the earliest is next. */
class Events {
  now = 0;
  private readonly heap: { at: number; go: () => void }[] = [];

  after(seconds: number, go: () => void): void {
    const heap = this.heap;
    let i = heap.push({ at: this.now + seconds, go }) - 1;
    for (let up = (i - 1) >> 1; i > 0 && heap[up].at > heap[i].at; up = (i - 1) >> 1) {
      [heap[up], heap[i]] = [heap[i], heap[up]];
      i = up;
    }
  }

  /** False when nothing is to come. */
  step(): boolean {
    const heap = this.heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last) return false;
    if (heap.length > 0) {
      heap[0] = last;
      for (let i = 0; ; ) {
        const [left, right] = [2 * i + 1, 2 * i + 2];
        let least = i;
        if (left < heap.length && heap[left].at < heap[least].at) least = left;
        if (right < heap.length && heap[right].at < heap[least].at) least = right;
        if (least === i) break;
        [heap[i], heap[least]] = [heap[least], heap[i]];
        i = least;
      }
    }
    this.now = first.at;
    first.go();
    return true;
  }
}

/** Does one thing after another. */
class Line {
  private freeAt = 0;

  constructor(private readonly events: Events) {}

  take(seconds: number, go: () => void): void {
    this.freeAt = Math.max(this.freeAt, this.events.now) + seconds;
    this.events.after(this.freeAt - this.events.now, go);
  }
}

/** Machines' worth of work that is done in the time of one. */
function machinesUsed(
  machines: number,
  modes: number,
  perPoint: number,
  [input, output]: [number, number],
): number {
  const shape = {
    nModes: modes,
    nTerms: 0,
    bytesPerPoint: Math.max(input, output),
    bytesPerChunk: 0,
    blockPoints: 0,
  };
  const job = { ...shape, nPoints: 1e8 };
  const { chunkPoints, window } = clusterAdvice(job, { count: machines, threads: THREADS });
  const total = Math.max(50 * window, 2000);
  const events = new Events();
  const gateway = new Line(events);
  const compute = Array.from({ length: machines }, () => new Line(events));
  const waiting: (() => void)[] = [];
  const lanes = Array.from({ length: machines * LANES }, (_, i) => i % machines);
  let [sent, done] = [0, 0];
  const begin = () => {
    while (waiting.length > 0 && lanes.length > 0) waiting.shift()!();
  };
  const send = () => {
    if (sent++ >= total) return;
    gateway.take(PER_CHUNK / 2 + PER_BYTE * input * chunkPoints, () => {
      waiting.push(() => {
        const machine = lanes.shift()!;
        const seconds = (chunkPoints * perPoint) / THREADS;
        events.after(WAY, () => compute[machine].take(seconds, () => receive(machine)));
      });
      begin();
    });
  };
  const receive = (machine: number) => {
    lanes.push(machine);
    begin();
    events.after(WAY, () =>
      gateway.take(PER_CHUNK / 2 + PER_BYTE * output * chunkPoints, () => {
        done++;
        send();
      }),
    );
  };
  for (let i = 0; i < window; i++) send();
  while (done < total && events.step());
  return (done * chunkPoints * perPoint) / THREADS / events.now;
}

console.log(`| machines of ${THREADS} cores that are busy, of | ${MACHINES.join(' | ')} |`);
console.log(`|---|${MACHINES.map(() => '---:|').join('')}`);
for (const [call, bytes] of CALLS) {
  for (const [name, atoms, microseconds] of CRYSTALS) {
    const used = MACHINES.map((n) => machinesUsed(n, 3 * atoms, microseconds * 1e-6, bytes(3 * atoms)));
    console.log(`| ${call}, ${name} | ${used.map((n) => n.toPrecision(2)).join(' | ')} |`);
  }
}
