/** What a user could pick instead, on the same q-points, threads and machine, in alternating rounds. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coherentScatteringLengths } from '../../src/models/scatteringLengths.js';
import { affordablePoints, Kernel, type PlannedMaterial } from '../harness/kernel.js';
import { circumstances } from '../harness/machine.js';
import { loadMaterials, MATERIALS, type Material, materialFile } from '../harness/materials.js';
import { firstPoints, pointwise, randomPoints } from '../harness/points.js';
import { type PythonEnvironment, pythonEnvironment, Worker } from '../harness/python.js';
import { earlierResults, type Report } from '../harness/report.js';
import type { Settings } from '../harness/settings.js';
import { ratio } from '../harness/statistics.js';
import { PEERS, type Peer } from './peerList.js';
import { type MaterialResult, type PeerQuantity, type PeerResult, QUANTITIES } from './peerResults.js';
import { peerPictures, peerText } from './peersReport.js';

/** Reading the model, finding the best parameter, filling brille's grid. */
const PREPARE_TIMEOUT_SECONDS = 420;
/** Where even this many q-points take longer than a measurement may. */
const FEWEST_POINTS = 4;
const CHECK_POINTS = 64;
/** Modes below this, meV, are left out of the comparison of intensities. */
const SOFT_MODE = 1;
/** Shows how the time grows; only Euphonic's C extension is timed beside it, others would take an hour. */
const GROWTH = 'salt-200';

/**
 * Measures one material after the other; `soFar` gets what there is after each, since all take the better part of an hour.
 * Materials that are not chosen keep the results of an earlier run.
 */
export async function peers(settings: Settings, soFar: (report: Report) => void): Promise<Report> {
  const environment = pythonEnvironment();
  const begin = circumstances();
  const folder = mkdtempSync(join(tmpdir(), 'euphonic-bench-'));
  const usual = [...MATERIALS, GROWTH];
  const earlier = earlierResults('peers', settings, begin) as MaterialResult[] | undefined;
  let results = earlier?.filter(({ material }) => usual.includes(material)) ?? [];
  const report = (): Report => ({
    workload: 'peers',
    circumstances: { ...begin, versions: { ...begin.versions, ...environment.versions } },
    settings,
    results,
    text: peerText(results, settings.threads),
    pictures: peerPictures(results),
  });
  try {
    const qpts = randomPoints(settings.points);
    const pointsFile = join(folder, 'points.bin');
    writeFileSync(pointsFile, pointwise(qpts));
    for (const material of await loadMaterials(settings, usual)) {
      const { date } = circumstances();
      const version = begin.versions['euphonic-bridge'];
      const peers = await compare(material, { settings, environment, qpts, pointsFile });
      const { name, label } = material;
      results = [
        ...results.filter((one) => one.material !== name),
        { material: name, label, date, version, peers },
      ].sort((a, b) => usual.indexOf(a.material) - usual.indexOf(b.material));
      soFar(report());
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return report();
}

interface Context {
  settings: Settings;
  environment: PythonEnvironment;
  qpts: Float64Array;
  pointsFile: string;
}

interface Running {
  worker: Worker;
  result: PeerResult;
}

async function compare(material: Material, context: Context): Promise<PeerResult[]> {
  const { settings, qpts } = context;
  const kernel = new Kernel(settings.threads);
  const running: Running[] = [];
  try {
    const planned = await kernel.plan(material.fc);
    let dipoleParameter: unknown = 1;
    for (const peer of PEERS) {
      if (peer.polarOnly && !material.fc.born) continue;
      if (material.name === GROWTH && !peer.name.startsWith('euphonic-c')) continue;
      console.error(`peers: ${material.name}, ${peer.name}`);
      const own = peer.name === 'euphonic-c' ? 1 : dipoleParameter;
      const started = await start(peer, material, own, context);
      if (peer.name === 'euphonic-c-best') dipoleParameter = started.result.info.dipole_parameter ?? 1;
      running.push(started);
    }
    const reference = await kernelResults(
      kernel,
      planned,
      firstPoints(qpts, Math.min(CHECK_POINTS, settings.points)),
    );
    for (const each of running) await check(each, reference, settings.seconds);
    for (const quantity of QUANTITIES) await time(quantity, kernel, planned, running, context);
  } finally {
    for (const { worker } of running) await worker.close();
    kernel.close();
  }
  return running.map(({ result }) => result);
}

async function start(
  peer: Peer,
  material: Material,
  dipoleParameter: unknown,
  { settings, environment, pointsFile }: Context,
): Promise<Running> {
  const worker = new Worker(environment.python, settings.threads);
  const { name, label } = peer;
  const result: PeerResult = { peer: name, label, info: {}, prepareSeconds: 0, timings: {} };
  const types = material.fc.crystal.atomType;
  const lengths = coherentScatteringLengths(types);
  const request = {
    command: 'prepare',
    peer: peer.worker,
    model: materialFile(material),
    qpts: pointsFile,
    threads: settings.threads,
    dipole_parameter: dipoleParameter,
    ...(peer.worker === 'phonopy' && {
      scattering_lengths: Object.fromEntries(types.map((type, i) => [type, lengths[2 * i]])),
    }),
    ...peer.options,
  };
  const begin = performance.now();
  await attempt(result, async () => {
    const { info } = await worker.ask<Pick<PeerResult, 'info'>>(request, PREPARE_TIMEOUT_SECONDS);
    result.info = info;
  });
  result.prepareSeconds = (performance.now() - begin) / 1000;
  return { worker, result };
}

/** A peer that fails keeps its row, which says why. */
async function attempt(result: PeerResult, action: () => Promise<void>): Promise<void> {
  if (result.failure !== undefined) return;
  try {
    await action();
  } catch (error) {
    result.failure = (error as Error).message.split('\n')[0].slice(0, 200);
    console.error(`peers: ${result.peer}: ${result.failure}`);
  }
}

interface Reference {
  /** [point][mode] meV, ascending */
  frequencies: number[];
  /** [point] */
  intensity: number[];
  nModes: number;
}

async function kernelResults(
  kernel: Kernel,
  planned: PlannedMaterial,
  qpts: Float64Array,
): Promise<Reference> {
  const count = qpts.length / 3;
  const nModes = 3 * planned.fc.nAtoms;
  const frequencies = new Array<number>(nModes * count);
  const intensity = new Array<number>(count).fill(0);
  await kernel.run(planned, 'structure_factor', qpts, kernel.threads, (first, w, s) => {
    const here = w.length / nModes;
    for (let mode = 0; mode < nModes; mode++) {
      for (let i = 0; i < here; i++) {
        frequencies[(first + i) * nModes + mode] = w[mode * here + i];
        intensity[first + i] += s![mode * here + i];
      }
    }
  });
  return { frequencies, intensity, nModes };
}

async function check({ worker, result }: Running, reference: Reference, seconds: number): Promise<void> {
  const count = reference.intensity.length;
  await attempt(result, async () => {
    const answer = await worker.ask<{ frequencies: number[]; intensity: number[] | null }>(
      { command: 'check', points: count },
      PREPARE_TIMEOUT_SECONDS + seconds,
    );
    const differences = answer.frequencies
      .map((w, k) => Math.abs(w - reference.frequencies[k]))
      .sort((a, b) => a - b);
    result.deviation = { largest: differences.at(-1)!, median: differences[differences.length >> 1] };
    if (!answer.intensity) return;
    const relative = answer.intensity
      .map((s, i) => Math.abs(s / reference.intensity[i] - 1))
      .filter((_, i) => Math.abs(reference.frequencies[i * reference.nModes]) > SOFT_MODE);
    result.intensityDeviation = Math.max(...relative);
  });
}

/** Measures all peers that are left, each beside the kernel, in alternating rounds. */
async function time(
  quantity: PeerQuantity,
  kernel: Kernel,
  planned: PlannedMaterial,
  running: readonly Running[],
  { settings, qpts }: Context,
): Promise<void> {
  const estimate = await kernel.secondsPerPoint(planned, quantity, qpts);
  const kernelPoints = affordablePoints(estimate, settings.seconds, settings.points);
  const some = firstPoints(qpts, kernelPoints);
  for (const { worker, result } of running) {
    await attempt(result, async () => {
      const points = await peerPoints(worker, quantity, settings);
      const empty = { median: Number.NaN, min: Number.NaN, max: Number.NaN };
      result.timings[quantity] = { points, kernelPoints, peer: [], kernel: [], ratio: empty };
    });
  }
  for (let round = 0; round < settings.rounds; round++) {
    for (const { worker, result } of running) {
      const timing = result.timings[quantity];
      if (!timing) continue;
      await attempt(result, async () => {
        const kernelSeconds = await kernel.run(planned, quantity, some);
        const { seconds } = await run(worker, quantity, timing.points, settings);
        timing.kernel.push((1e6 * kernelSeconds) / kernelPoints);
        timing.peer.push((1e6 * seconds) / timing.points);
      });
    }
  }
  for (const { result } of running) {
    const timing = result.timings[quantity];
    if (timing && timing.peer.length > 0) timing.ratio = ratio(timing.peer, timing.kernel);
    else delete result.timings[quantity];
  }
}

/** As many q-points as the time allows; found by doubling, which warms up too. */
async function peerPoints(worker: Worker, quantity: PeerQuantity, settings: Settings): Promise<number> {
  let points = Math.min(FEWEST_POINTS, settings.points);
  for (;;) {
    const { seconds } = await run(worker, quantity, points, settings);
    const enough = seconds > Math.min(0.3, settings.seconds / 4);
    if (enough || points === settings.points) {
      const affordable = Math.floor((settings.seconds * points) / seconds);
      return Math.min(settings.points, Math.max(FEWEST_POINTS, affordable));
    }
    points = Math.min(settings.points, 4 * points);
  }
}

function run(worker: Worker, quantity: PeerQuantity, points: number, settings: Settings) {
  const request = { command: 'run', quantity, points };
  return worker.ask<{ seconds: number }>(request, PREPARE_TIMEOUT_SECONDS + 10 * settings.seconds);
}
