/**
 * A thread that makes spectra, one at a time: what takes long in JavaScript does so here. It asks the daemon for the q-points that it
 * needs, and is ended when nobody wants its spectrum any more.
 */
import { parentPort } from 'node:worker_threads';
import { asEuphonicError, EuphonicError } from '../../base/errors.js';
import { VERSION } from '../../base/version.js';
import type { Calculator, QpointOptions, QpointResults } from '../../spectra/calculation/calculator.js';
import { calculateDos } from '../../spectra/calculation/dos.js';
import { calculateMap } from '../../spectra/calculation/map.js';
import { calculatePowder } from '../../spectra/calculation/powder.js';
import { calculateShells } from '../../spectra/calculation/shells.js';
import { type CalculatedSqw, calculateSqw } from '../../spectra/calculation/sqw.js';
import { thermalFactors } from '../../spectra/calculation/thermalFactors.js';
import { powderIntensities } from '../../spectra/powderModel.js';
import type {
  MadeSpectrum,
  SpectrumResults,
  SpectrumTask,
  ThreadAnswer,
  ThreadMessage,
  ThreadRequest,
} from './spectrumTask.js';
import {
  directionsWanted,
  dosWanted,
  gridOf,
  mapEnergies,
  pathWanted,
  planOf,
  powderWanted,
  scatteringOf,
} from './wanted.js';

const post = (message: ThreadMessage, transfer: ArrayBuffer[] = []) =>
  parentPort?.postMessage(message, transfer);

interface Waiting {
  resolve(results: QpointResults | null): void;
  reject(error: EuphonicError): void;
}

const waiting = new Map<number, Waiting>();
let lastId = 0;

/** A question to the daemon. */
function ask(request: { evaluate: { qpts: Float64Array; options: QpointOptions } } | { reserve: number }) {
  lastId++;
  return new Promise<QpointResults | null>((resolve, reject) => {
    waiting.set(lastId, { resolve, reject });
    post({ id: lastId, ...request } as ThreadRequest);
  });
}

type CrystalTask = Exclude<SpectrumTask, { kind: 'lines' }>;

function calculatorOf({ kind, crystal, params }: CrystalTask): Calculator {
  return {
    crystal,
    signal: new AbortController().signal,
    evaluate: async (qpts, options) => (await ask({ evaluate: { qpts, options } })) as QpointResults,
    // q-points are counted where they are calculated
    progress: () => ({
      add: (points) => post({ progress: { add: points } }),
      update: (points) => post({ progress: { update: points } }),
      stop() {},
    }),
    asked: (check) => check(),
    reserve: async (bytes) => {
      await ask({ reserve: bytes });
    },
    provenance: { command: `euphonic.${kind}`, program: `euphonic-bridge ${VERSION}`, model: params.model },
  };
}

type TaskOf<K extends SpectrumTask['kind']> = Extract<SpectrumTask, { kind: K }>;

async function dosOf(task: TaskOf<'dos'>): Promise<MadeSpectrum> {
  const { params, crystal, debyeWaller } = task;
  const wanted = { ...dosWanted(params, crystal), ...(debyeWaller && { debyeWaller }) };
  const { spectrum, figures, notes } = await calculateDos(calculatorOf(task), planOf(params), wanted);
  return { spectrum, figures: figuresOf(figures), notes };
}

async function mapOf(task: TaskOf<'map'>): Promise<MadeSpectrum> {
  const { params, crystal, hasTensors } = task;
  const energies = mapEnergies(params);
  const path = await pathWanted(params, crystal);
  const thermal = thermalFactors(scatteringOf(params), gridOf(params, crystal), {
    bose: params.bose,
    energyMin: energies.energyMin,
    hasTensors,
  });
  const { spectrum, figures } = await calculateMap(calculatorOf(task), thermal.options, {
    path,
    ...(params.zone && { zone: params.zone }),
    weighting: params.weighting,
    ...energies,
    words: thermal.words,
  });
  return { spectrum, figures: figuresOf(figures), notes: path.notes };
}

async function powderOf(task: TaskOf<'powder'>): Promise<MadeSpectrum> {
  const { params, crystal, hasTensors } = task;
  const wanted = { ...powderWanted(params, crystal), hasTensors };
  const found = await calculatePowder(calculatorOf(task), scatteringOf(params), wanted);
  const { spectrum, figures, notes, radii, sampling } = found;
  return {
    spectrum,
    figures: figuresOf(figures),
    notes,
    spheres: { radii: [...radii], sphere_directions: sampling.directions, sphere_errors: sampling.errors },
  };
}

function sqwOf(task: TaskOf<'sqw'>): Promise<CalculatedSqw> {
  const { params, qpts, directions, energies } = task;
  const { negative_e, width, intensity_limit: limit } = params;
  return calculateSqw(
    calculatorOf(task),
    { ...scatteringOf(params), negative_e },
    { qpts, ...(directions && { directions }), energies, width, ...(limit !== undefined && { limit }) },
  );
}

/** Of each sphere of a powder model: near Bragg points many more would not help a fit. */
const MAX_SHELL_DIRECTIONS = 2 ** 14;

function shellsOf(task: TaskOf<'shells'>): Promise<SpectrumResults['shells']> {
  const { params, first, count } = task;
  // damped oscillators have a Bose factor of the energy transfer instead
  const bose = params.bose && params.shape !== 'dho';
  return calculateShells(
    calculatorOf(task),
    { ...scatteringOf(params), bose },
    {
      spacing: params.q_spacing,
      first,
      count,
      directions: directionsWanted({ ...params, npts_max: params.npts_max ?? MAX_SHELL_DIRECTIONS }),
      isBothSides: params.negative_e && params.shape !== 'dho',
    },
  );
}

const figuresOf = ({ notes, threads, kernel_seconds, imaginary }: MadeSpectrum['figures']) => ({
  notes,
  threads,
  kernel_seconds,
  imaginary,
});

async function made(task: SpectrumTask): Promise<SpectrumResults[SpectrumTask['kind']]> {
  switch (task.kind) {
    case 'dos':
      return dosOf(task);
    case 'map':
      return mapOf(task);
    case 'powder':
      return powderOf(task);
    case 'sqw':
      return sqwOf(task);
    case 'shells':
      return shellsOf(task);
    case 'lines':
      return powderIntensities(task.shells, task.q, task.energies, task.line);
  }
}

async function perform(task: SpectrumTask): Promise<void> {
  try {
    post({ result: await made(task) });
  } catch (error) {
    post({ error: asEuphonicError(error).toBody() });
  }
}

parentPort?.on('message', (message: { task: SpectrumTask } | ThreadAnswer) => {
  if ('task' in message) {
    void perform(message.task);
    return;
  }
  const { id } = message;
  const asker = waiting.get(id);
  waiting.delete(id);
  if ('error' in message) asker?.reject(EuphonicError.fromBody(message.error));
  else asker?.resolve(message.results);
});
