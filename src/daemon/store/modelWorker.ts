/**
 * The thread that reads files, checks models, finds their symmetry and paths through their lattices, so that nothing else waits for it. It gets one
 * task at a time from modelReader.ts; arrays of the answer move to the other thread without a copy.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { asEuphonicError, type ErrorBody, EuphonicError } from '../../base/errors.js';
import { checkEwald, finishModel } from '../../compute/local/finishModel.js';
import type { Crystal, ForceConstantsContent } from '../../models/crystal.js';
import { asymmetry, type ForceConstants, makeForceConstants, modelId } from '../../models/forceConstants.js';
import { plausibilityNotes } from '../../models/plausibility.js';
import {
  bytesToRead,
  type ReadFile,
  type ReadOptions,
  readForceConstants,
} from '../../models/readers/index.js';
import type { ModelFile } from '../../models/readers/modelFile.js';
import { type Operation, type SpaceGroup, spaceGroup, symmetrisedTensors } from '../../models/symmetry.js';
import type { Grid } from '../../qpoints/grid.js';
import { irreducibleWedge, type Wedge } from '../../qpoints/irreducibleWedge.js';
import {
  type ChosenPath,
  chosenPath,
  latticeForPath,
  type WantedPath,
} from '../../qpoints/paths/chosenPath.js';
import { parseCoordinates, parseLabels } from '../../qpoints/paths/corners.js';
import type { NewModel } from './library.js';

export type ReaderTask =
  | { kind: 'measure'; path: string; options: ReadOptions }
  | { kind: 'load'; path: string; options: ReadOptions }
  | { kind: 'check'; content: ForceConstantsContent }
  | { kind: 'group'; crystal: Crystal }
  | { kind: 'symmetrise'; operations: Operation[]; tensors: Float64Array }
  | { kind: 'wedge'; operations: Operation[]; grid: Grid }
  | { kind: 'path'; crystal: CrystalInAngstrom; wanted: PathTexts };

/** `cellVectors` [3,3] Å. */
type CrystalInAngstrom = Omit<Crystal, 'atomMass'>;

/** A path as people write it. */
export interface PathTexts extends Omit<WantedPath, 'path' | 'q'> {
  path?: string;
  q?: string;
}

/** What the thread is started with. */
export interface ReaderData {
  /** that work for it where there is something to calculate */
  threads: number;
}

export interface LoadedModel extends NewModel {
  /** that it draws on */
  files: ReadFile['files'];
}

/** What each kind of task gives. */
export interface ReaderResults {
  load: LoadedModel;
  measure: number;
  check: NewModel;
  group: SpaceGroup;
  symmetrise: Float64Array;
  wedge: Wedge;
  path: ChosenPath;
}

export type ReaderResponse = { result: ReaderResults[ReaderTask['kind']] } | { error: ErrorBody };

type TaskOf<K extends ReaderTask['kind']> = Extract<ReaderTask, { kind: K }>;

function checkModel({ content }: TaskOf<'check'>): NewModel {
  const fc = makeForceConstants(content, 'model.put');
  checkEwald(fc, 'model.put', 'invalid_argument');
  return examined(fc, { source: 'sent by a client', notes: [] });
}

async function loadModel({ path, options }: TaskOf<'load'>): Promise<LoadedModel> {
  const read = await readForceConstants(path, options);
  const fc = await finishModel(read, (workerData as ReaderData).threads, true);
  return { ...examined(fc, read), files: read.files };
}

/** Adds what is strange in any model to what the reader says of the file. */
function examined(fc: ForceConstants, { source, notes }: Pick<ModelFile, 'source' | 'notes'>): NewModel {
  const doubts = plausibilityNotes(fc);
  return {
    id: modelId(fc),
    fc,
    source,
    notes: [...notes, ...doubts],
    doubts,
    asymmetry: asymmetry(fc),
  };
}

async function groupOf(crystal: Crystal): Promise<SpaceGroup> {
  // isotopes at places that symmetry relates move differently: they are other atoms here
  const atomType = crystal.atomType.map((type, i) => `${type} ${crystal.atomMass[i].toPrecision(7)}`);
  try {
    return await spaceGroup({ ...crystal, atomType });
  } catch (error) {
    throw new EuphonicError('invalid_argument', `No space group was found: ${(error as Error).message}.`, {
      where: 'symmetrise',
      expected: 'a crystal whose atoms do not overlap',
      advice: 'Set symmetrise to false.',
    });
  }
}

async function pathOf({ crystal, wanted }: TaskOf<'path'>): Promise<ChosenPath> {
  const { path, q, ...rest } = wanted;
  if (path !== undefined && q !== undefined) {
    throw new EuphonicError('invalid_argument', 'The path is given by labels and by coordinates.', {
      where: 'path, q',
      expected: 'one of them',
    });
  }
  const chosen = {
    ...rest,
    ...(path !== undefined && { path: parseLabels(path) }),
    ...(q !== undefined && { q: parseCoordinates(q) }),
  };
  return chosenPath(await latticeForPath(crystal, chosen), crystal.cellVectors, chosen);
}

/** Every array that has its memory to itself can move; one that shares it is copied. */
function transferable(fc: ForceConstants): ArrayBuffer[] {
  const { crystal, scMatrix, cellOrigins, forceConstants, born, dielectric } = fc;
  const arrays = [
    crystal.cellVectors,
    crystal.atomR,
    crystal.atomMass,
    scMatrix,
    cellOrigins,
    forceConstants,
    born,
    dielectric,
  ];
  const buffers = new Set<ArrayBuffer>();
  for (const array of arrays) {
    const buffer = array?.buffer;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === array?.byteLength) buffers.add(buffer);
  }
  return [...buffers];
}

async function perform(task: ReaderTask): Promise<ReaderResults[ReaderTask['kind']]> {
  switch (task.kind) {
    case 'measure':
      return bytesToRead(task.path, task.options);
    case 'load':
      return loadModel(task);
    case 'check':
      return checkModel(task);
    case 'group':
      return groupOf(task.crystal);
    case 'symmetrise':
      return symmetrisedTensors(task.tensors, task);
    case 'wedge':
      return irreducibleWedge(task.grid, task.operations);
    case 'path':
      return pathOf(task);
  }
}

parentPort?.on('message', async (task: ReaderTask) => {
  try {
    const result = await perform(task);
    const transfer = typeof result === 'object' && 'fc' in result ? transferable(result.fc) : [];
    parentPort?.postMessage({ result } satisfies ReaderResponse, transfer);
  } catch (error) {
    parentPort?.postMessage({ error: asEuphonicError(error).toBody() } satisfies ReaderResponse);
  }
});
