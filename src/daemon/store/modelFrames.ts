/** Models as messages carry them: how to read them, summaries, and arrays as frames, in Å and amu. */
import { setImmediate } from 'node:timers/promises';
import { EuphonicError } from '../../base/errors.js';
import type { ForceConstantsContent } from '../../models/crystal.js';
import type { ReadOptions } from '../../models/readers/index.js';
import { ANGSTROM_PER_BOHR, ELECTRON_MASS_PER_AMU, inAmu, inAngstrom } from '../../models/units.js';
import { checkFrameBytes, float64Frame, int32Frame } from '../../protocol/arrays.js';
import { crystalFrames } from '../../protocol/crystalFrames.js';
import type { ArrayFrame, CheckedParams } from '../../protocol/messages.js';
import type { ModelSummary } from '../../protocol/results.js';
import type { MemoryBudget } from '../limits/memoryBudget.js';
import { PUT_BYTES_PER_FRAME_BYTE } from '../limits/settings.js';
import type { Library, Model } from './library.js';
import type { ModelReader } from './modelReader.js';

/** Bytes that are copied before the event loop gets its turn. */
const COPY_SLICE = 2 ** 22;

export function readOptions(params: CheckedParams<'model.load'>): ReadOptions {
  const { format, summary_name, born_name, fc_name, fc_format } = params;
  return {
    ...(format !== undefined && { format }),
    ...(summary_name !== undefined && { summaryName: summary_name }),
    ...(born_name !== undefined && { bornName: born_name }),
    ...(fc_name !== undefined && { fcName: fc_name }),
    ...(fc_format !== undefined && { fcFormat: fc_format }),
  };
}

export function modelSummary(model: Model): ModelSummary {
  const { id, nAtoms, nCells, crystal, born, source, notes, asymmetry } = model;
  return {
    model: id,
    n_atoms: nAtoms,
    n_modes: 3 * nAtoms,
    n_cells: nCells,
    atom_type: [...crystal.atomType],
    polar: born !== undefined,
    source,
    notes,
    asymmetry,
  };
}

/** Cell vectors, fractional positions, masses, supercell matrix, Born charges and dielectric tensor. */
export function framesOfCrystal({ crystal, scMatrix, born, dielectric }: Model): ArrayFrame[] {
  return crystalFrames({
    cellVectors: inAngstrom(crystal.cellVectors),
    atomR: crystal.atomR,
    atomMass: inAmu(crystal.atomMass),
    scMatrix,
    ...(born && dielectric && { born, dielectric }),
  });
}

/** All of a model, as model.put takes it. Throws `too_large` where the force constants are more than a message holds. */
export async function framesOfContent(model: Model): Promise<ArrayFrame[]> {
  const { nAtoms, nCells, content } = model;
  const { cellOrigins, forceConstants } = await content.supercell();
  const matrices = float64Frame('force_constants', [nCells, 3 * nAtoms, 3 * nAtoms], forceConstants);
  checkFrameBytes(matrices);
  return [...framesOfCrystal(model), int32Frame('cell_origins', [nCells, 3], cellOrigins), matrices];
}

/** Where the model in the frames of model.put goes. */
interface PutParts {
  library: Library;
  reader: ModelReader;
  memory: MemoryBudget;
}

/** Adds the model in the frames of model.put. Throws `invalid_argument` where they are not a model. */
export async function putModel(
  { library, reader, memory }: PutParts,
  atomType: readonly string[],
  frames: Map<string, ArrayFrame>,
): Promise<Model> {
  const bytes = [...frames.values()].reduce((sum, frame) => sum + frame.bytes.length, 0);
  const release = memory.reserve('The model', PUT_BYTES_PER_FRAME_BYTE * bytes);
  try {
    const content = await contentIn(atomType, frames);
    const transfer = [content.forceConstants.buffer as ArrayBuffer];
    return await library.add(await reader.perform({ kind: 'check', content }, transfer));
  } finally {
    release();
  }
}

async function contentIn(
  atomType: readonly string[],
  frames: Map<string, ArrayFrame>,
): Promise<ForceConstantsContent> {
  const doubles = async (name: string, factor = 1) => {
    const array = new Float64Array(await ownBytes(frames.get(name)!));
    if (factor !== 1) for (let i = 0; i < array.length; i++) array[i] *= factor;
    return array;
  };
  const integers = async (name: string) => new Int32Array(await ownBytes(frames.get(name)!));
  if (frames.has('born') !== frames.has('dielectric')) {
    throw new EuphonicError(
      'invalid_argument',
      'Born charges and a dielectric tensor must be given together.',
      {
        where: frames.has('born') ? 'dielectric' : 'born',
        expected: 'both or neither',
      },
    );
  }
  return {
    crystal: {
      cellVectors: await doubles('cell_vectors', 1 / ANGSTROM_PER_BOHR),
      atomR: await doubles('atom_r'),
      atomType,
      atomMass: await doubles('atom_mass', ELECTRON_MASS_PER_AMU),
    },
    scMatrix: await integers('sc_matrix'),
    cellOrigins: await integers('cell_origins'),
    forceConstants: await doubles('force_constants'),
    ...(frames.has('born') && { born: await doubles('born'), dielectric: await doubles('dielectric') }),
  };
}

/** The frame's bytes in memory of their own, copied in slices so that the event loop is never held up. */
async function ownBytes(frame: ArrayFrame): Promise<ArrayBuffer> {
  const { bytes } = frame;
  const own = new ArrayBuffer(bytes.length);
  for (let start = 0; start < bytes.length; start += COPY_SLICE) {
    if (start > 0) await setImmediate();
    new Uint8Array(own, start).set(bytes.subarray(start, start + COPY_SLICE));
  }
  return own;
}
