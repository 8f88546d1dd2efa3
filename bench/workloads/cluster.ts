/** What a cluster on one computer costs beside a single daemon: for a chunk, in speed, in processor time and in memory. */
import type { Params } from '../../src/protocol/messages.js';
import { Gateway } from '../harness/gateway.js';
import { Kernel } from '../harness/kernel.js';
import { circumstances } from '../harness/machine.js';
import { loadMaterials, type Material } from '../harness/materials.js';
import { randomPoints } from '../harness/points.js';
import { figure, type Report, table } from '../harness/report.js';
import type { Settings } from '../harness/settings.js';
import { median, ratio } from '../harness/statistics.js';

const WORKERS = 2;

/** q-points of a measurement of speed and of processor time; --points has no effect. */
const POINTS = 20_000;
/** 1.5 MB of results at 60 atoms */
const CHUNK = 512;
const WINDOW = 16;
const CHUNKS_SECONDS = 2;
/** So many that they travel; only as many are sent as there is time for. */
const ENDLESS = 1e9;
/** Pixels of a fit of quartz, in chunks as workers of one thread and of sixteen get them at 60 atoms; it is calculated so often. */
const PIXELS = 300_000;
const PIXEL_CHUNKS = [384, 6144];
const ITERATIONS = 3;
/** q-points whose results pass through the gateway: 43 MB and 430 MB */
const PASSING = [100_000, 1_000_000];

interface Measured {
  /** ms of a chunk of one q-point: alone, and sixteen under way */
  empty: { alone: number[]; window: number[] };
  /** processor time of the gateway for such a chunk, ms, sixteen under way */
  chunkCpu: number[];
  /** bytes for a pixel between gateway and engine, for each of `PIXEL_CHUNKS`: in the first iteration, and in later ones */
  wire: { first: number; later: number }[];
  /** seconds for `POINTS` q-points at 60 atoms: two workers of one thread, a daemon of two threads */
  seconds: { cluster: number[]; daemon: number[] };
  /** processor time of them in seconds, of processes and of the kernel alone */
  cpu: { kernel: number[]; workers: number[]; engine: number[]; gateway: number[] };
  /** most memory of the gateway while results of `PASSING` q-points of quartz pass */
  bytes: number[];
}

export async function cluster(settings: Settings): Promise<Report> {
  const begin = circumstances();
  const [quartz] = await loadMaterials({ ...settings, materials: undefined }, ['quartz']);
  const [large] = await loadMaterials({ ...settings, materials: undefined }, ['ammonium-sulphate-shaken']);
  const measured: Measured = {
    empty: { alone: [], window: [] },
    chunkCpu: [],
    wire: [],
    seconds: { cluster: [], daemon: [] },
    cpu: { kernel: [], workers: [], engine: [], gateway: [] },
    bytes: [],
  };
  const gateway = await Gateway.start(WORKERS, 0);
  const daemon = await Gateway.start(0, WORKERS);
  try {
    await measureChunks(gateway, quartz, settings.rounds, measured);
    for (const chunkPoints of PIXEL_CHUNKS)
      measured.wire.push(await measureFit(gateway, quartz, chunkPoints));
    await measureSpeed(gateway, daemon, large, settings.rounds, measured);
    const model = await gateway.put(quartz.fc);
    for (const n of PASSING) {
      const job: Params<'job.open'> = { model, quantity: 'structure_factor', n_points: n };
      measured.bytes.push(await gateway.peakBytes(() => gateway.flow(job, randomPoints(10_000))));
    }
  } finally {
    await gateway.stop();
    await daemon.stop();
  }
  return { workload: 'cluster', circumstances: begin, settings, results: measured, text: text(measured) };
}

async function measureChunks(
  gateway: Gateway,
  { fc }: Material,
  rounds: number,
  { empty, chunkCpu }: Pick<Measured, 'empty' | 'chunkCpu'>,
): Promise<void> {
  const model = await gateway.put(fc);
  const job: Params<'job.open'> = { model, quantity: 'frequencies', n_points: ENDLESS };
  const each = async (window: number) => {
    const flow = { chunkPoints: 1, window, seconds: CHUNKS_SECONDS };
    const { chunks, seconds } = await gateway.flow(job, randomPoints(1000), flow);
    return (1000 * seconds) / chunks;
  };
  await each(WINDOW); // warms up
  for (let round = 0; round < rounds; round++) {
    empty.alone.push(await each(1));
    const before = await gateway.cpu();
    const ms = await each(WINDOW);
    empty.window.push(ms);
    chunkCpu.push(((await gateway.cpu()).gateway - before.gateway) * (ms / CHUNKS_SECONDS));
  }
}

async function measureFit(
  gateway: Gateway,
  { fc }: Material,
  chunkPoints: number,
): Promise<Measured['wire'][0]> {
  const qpts = randomPoints(PIXELS);
  const energies = Float64Array.from({ length: PIXELS }, (_, i) => i % 50);
  const model = await gateway.put(fc);
  const bytes: number[] = [];
  for (let i = 0; i <= ITERATIONS; i++) {
    const points = { id: `fit ${chunkPoints}`, max_bytes: 2 ** 28 };
    const width = [1 + i / 10];
    const job: Params<'job.open'> = {
      model,
      quantity: 'sqw',
      n_points: PIXELS,
      shape: 'gauss',
      width,
      points,
    };
    const before = await gateway.traffic();
    const flow = { chunkPoints, energies, isKnown: i > 0 };
    await gateway.flow(job, qpts, flow);
    bytes.push(((await gateway.traffic()) - before) / PIXELS);
  }
  return { first: bytes[0], later: median(bytes.slice(1)) };
}

async function measureSpeed(
  gateway: Gateway,
  daemon: Gateway,
  { fc }: Material,
  rounds: number,
  { seconds, cpu }: Pick<Measured, 'seconds' | 'cpu'>,
): Promise<void> {
  const qpts = randomPoints(POINTS);
  const job = async (of: Gateway, n_points = POINTS): Promise<Params<'job.open'>> => ({
    model: await of.put(fc),
    quantity: 'structure_factor',
    n_points,
  });
  // on as many cores: one thread alone has the caches and the clock of both, and takes 3 to 11 % less
  const kernel = new Kernel(WORKERS);
  const planned = await kernel.plan(fc);
  const flow = { chunkPoints: CHUNK };
  for (const of of [gateway, daemon]) await of.flow(await job(of, POINTS / 4), qpts, flow);
  for (let round = 0; round < rounds; round++) {
    const before = await gateway.cpu();
    seconds.cluster.push((await gateway.flow(await job(gateway), qpts, flow)).seconds);
    const after = await gateway.cpu();
    for (const kind of ['workers', 'engine', 'gateway'] as const) cpu[kind].push(after[kind] - before[kind]);
    seconds.daemon.push((await daemon.flow(await job(daemon), qpts, flow)).seconds);
    cpu.kernel.push(await cpuOf(() => kernel.run(planned, 'structure_factor', qpts)));
  }
  kernel.close();
}

async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function text({ empty, chunkCpu, wire, seconds, cpu, bytes }: Measured): string {
  const all = cpu.workers.map((own, i) => own + cpu.engine[i] + cpu.gateway[i]);
  const between = ({ median: middle, min, max }: ReturnType<typeof ratio>) =>
    `${figure(middle)} (${figure(min)}–${figure(max)})`;
  const rows = [
    ['a chunk of one q-point alone, ms', figure(median(empty.alone))],
    [`the same, ${WINDOW} under way, ms`, figure(median(empty.window))],
    ['processor time of the gateway for it, ms', figure(median(chunkCpu))],
    ['speed over a daemon of two threads', between(ratio(seconds.daemon, seconds.cluster))],
    [
      'processor time of the workers over that of the kernel on two threads',
      between(ratio(cpu.workers, cpu.kernel)),
    ],
    ['of workers, engine and gateway', between(ratio(all, cpu.kernel))],
    ...wire.map(({ first, later }, i) => [
      `bytes for a pixel in the first and in later iterations of a fit, chunks of ${PIXEL_CHUNKS[i]}`,
      `${figure(first)}, ${figure(later)}`,
    ]),
    ...bytes.map((most, i) => [
      `memory of the gateway, ${PASSING[i].toLocaleString('en')} q-points of quartz, MB`,
      figure(most / 1e6),
    ]),
  ];
  return `${WORKERS} workers of one thread each; speed and processor time with 60 atoms, ${POINTS.toLocaleString('en')} q-points in chunks of ${CHUNK}.\n\n${table(['', ''], rows)}`;
}
