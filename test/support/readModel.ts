/** Reading as the daemon does it: what a reader gives, made a model in the core. */
import { finishModel } from '../../src/compute/local/finishModel.js';
import type { ForceConstants } from '../../src/models/forceConstants.js';
import {
  type ReadOptions,
  readForceConstants as readFile,
  readSource as readFromSource,
} from '../../src/models/readers/index.js';
import type { ByteSource } from '../../src/models/readers/source.js';

interface Read {
  fc: ForceConstants;
  source: string;
  notes: string[];
}

export async function readForceConstants(path: string, options: ReadOptions = {}): Promise<Read> {
  const { source, notes, ...file } = await readFile(path, options);
  return { fc: await finishModel({ source, ...file }), source, notes };
}

export async function readSource(from: ByteSource, options: ReadOptions = {}): Promise<Read> {
  const { source, notes, ...file } = await readFromSource(from, options);
  return { fc: await finishModel({ source, ...file }), source, notes };
}

/** The model that total force constants make. */
export function modelOfTotal(content: ForceConstants): Promise<ForceConstants> {
  return finishModel({ content, isTotal: true, source: 'total force constants' });
}
