/**
 * The thread that reads files and checks models, so that nothing else waits for it. It gets one task at a time from
 * modelReader.ts and answers with the model, whose arrays move to the other thread without a copy.
 */
import { isAbsolute } from 'node:path';
import { parentPort } from 'node:worker_threads';
import {
  type ForceConstants,
  type ForceConstantsContent,
  makeForceConstants,
  modelId,
} from '../models/forceConstants.js';
import { type ReadOptions, readForceConstants } from '../models/readers/index.js';
import { asEuphonicError, type ErrorBody, EuphonicError } from '../protocol/errors.js';

export type ReaderTask =
  | { kind: 'load'; path: string; options: ReadOptions }
  | { kind: 'check'; content: ForceConstantsContent };

export interface ReadModel {
  id: string;
  fc: ForceConstants;
  source: string;
  notes: string[];
}

export type ReaderAnswer = { model: ReadModel } | { error: ErrorBody };

async function perform(task: ReaderTask): Promise<ReadModel> {
  if (task.kind === 'check') {
    const fc = makeForceConstants(task.content, 'model.put');
    return { id: modelId(fc), fc, source: 'sent by a client', notes: [] };
  }
  if (!isAbsolute(task.path)) {
    throw new EuphonicError('invalid_argument', `path is '${task.path}'.`, {
      where: 'path',
      expected: "an absolute path on the daemon's host",
    });
  }
  const { fc, source, notes } = await readForceConstants(task.path, task.options);
  return { id: modelId(fc), fc, source, notes };
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

parentPort?.on('message', async (task: ReaderTask) => {
  try {
    const model = await perform(task);
    parentPort?.postMessage({ model } satisfies ReaderAnswer, transferable(model.fc));
  } catch (error) {
    parentPort?.postMessage({ error: asEuphonicError(error).toBody() } satisfies ReaderAnswer);
  }
});
