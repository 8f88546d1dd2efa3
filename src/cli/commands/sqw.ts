/** `euphonicd sqw`: structure factors at the q-points of a file. */
import { existsSync, statSync } from 'node:fs';
import { SingleBar } from 'cli-progress';
import { EuphonicClient } from '../../client/client.js';
import { toFloat64Array } from '../../protocol/arrays.js';
import { readQFile } from '../formats/qFile.js';
import { writeStructureFactor } from '../formats/structureFactorFile.js';
import {
  type CalculationFlags,
  calculationOptions,
  splittingDirections,
} from '../options/calculationOptions.js';
import { withFlags } from '../options/flagNames.js';
import { type ModelFlags, modelOptions } from '../options/modelOptions.js';
import { EXIT_OK, UsageError } from '../terminal/exitCodes.js';
import { note, print, printJson } from '../terminal/output.js';

export interface SqwFlags extends CalculationFlags, ModelFlags {
  qFile: string;
  output: string;
  json?: boolean;
}

/** A calculation that takes longer than this shows its progress, where standard error is a terminal. */
const PROGRESS_AFTER_MS = 1000;

export async function sqw(modelPath: string, flags: SqwFlags): Promise<number> {
  const calculation = calculationOptions(flags);
  const reading = modelOptions(flags);
  for (const input of [modelPath, flags.qFile]) {
    if (!isSameFile(input, flags.output)) continue;
    throw new UsageError('invalid_argument', `${flags.output} would be overwritten with the result.`, {
      where: '--output',
      expected: 'a file that nothing is read from',
    });
  }
  const qpts = await readQFile(flags.qFile);
  const directions = splittingDirections(flags, qpts.length / 3);
  const client = new EuphonicClient();
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.once('SIGINT', interrupt);
  const progress = progressBar(qpts.length / 3);
  try {
    const model = await client.loadModel(modelPath, reading);
    const { frames } = await client.modelInfo(model);
    const start = performance.now();
    const evaluation = await client.evaluate(model, qpts, {
      ...calculation,
      ...(directions && { directions }),
      quantity: 'structure_factor',
      onProgress: progress.update,
      signal: abort.signal,
    });
    progress.stop();
    const seconds = (performance.now() - start) / 1000;
    const array = (name: string) => toFloat64Array(frames.find((frame) => frame.name === name)!);
    const crystal = {
      cellVectors: array('cell_vectors'),
      atomR: array('atom_r'),
      atomMass: array('atom_mass'),
      atomType: model.atom_type,
    };
    await writeStructureFactor(flags.output, crystal, qpts, evaluation, calculation.temperature ?? null);
    const notes = [...model.notes, ...evaluation.notes].map(withFlags);
    if (calculation.temperature != null && !calculation.bose && !calculation.debye_waller_grid) {
      notes.push('The temperature has no effect without --bose or --debye-waller-grid.');
    }
    if (evaluation.imaginary > 0) {
      notes.push(
        `${evaluation.imaginary} modes are imaginary: their frequencies are given as negative numbers.`,
      );
    }
    const { nPoints, nModes, nSurfaces, kernel_seconds, threads, imaginary } = evaluation;
    if (flags.json) {
      printJson({
        output: flags.output,
        model: model.model,
        n_qpts: nPoints,
        n_modes: nModes,
        n_surfaces: nSurfaces,
        seconds,
        kernel_seconds,
        threads,
        imaginary,
        notes,
      });
    } else {
      for (const sentence of notes) note(sentence);
      const perPoint = ((1e6 * seconds) / nPoints).toFixed(1);
      print(
        `${nPoints} q-points, ${nModes} modes: ${seconds.toFixed(3)} s (${perPoint} µs per q-point, ${threads} threads)`,
      );
      print(`written to ${flags.output}`);
    }
    return EXIT_OK;
  } finally {
    progress.stop();
    process.removeListener('SIGINT', interrupt);
    client.close();
  }
}

function isSameFile(a: string, b: string): boolean {
  if (!existsSync(a) || !existsSync(b)) return false;
  const [x, y] = [statSync(a), statSync(b)];
  return x.isFile() && x.ino === y.ino && x.dev === y.dev;
}

/** Shows itself only when the work takes a while, and only on a terminal. */
function progressBar(nPoints: number): { update(points: number): void; stop(): void } {
  const bar = new SingleBar({
    format: '{bar} {percentage} % | {value} of {total} q-points | {eta_formatted} left',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
  const start = Date.now();
  let shown = false;
  return {
    update(points) {
      if (!shown && process.stderr.isTTY && Date.now() - start > PROGRESS_AFTER_MS && points < nPoints) {
        bar.start(nPoints, points);
        shown = true;
      }
      if (shown) bar.update(points);
    },
    stop() {
      if (shown) bar.stop();
      shown = false;
    },
  };
}
