/** The methods of the work socket. */

import type { Executor } from '../compute/executor.js';
import { float64Frame } from '../protocol/arrays.js';
import { versionError } from '../protocol/codec.js';
import { MAX_FRAME_BYTES, MAX_FRAMES, MAX_HEADER_BYTES, PROTOCOL_VERSION } from '../protocol/limits.js';
import type { ArrayFrame, WorkMethod } from '../protocol/messages.js';
import type { JobFigures, Results, SpectrumSummary } from '../protocol/results.js';
import type { DaemonAddress } from '../runtime/daemonAddress.js';
import type { Log } from '../runtime/log.js';
import type { DebyeWaller } from './jobs/debyeWaller.js';
import type { Jobs } from './jobs/jobs.js';
import type { MemoryBudget } from './limits/memoryBudget.js';
import { WORK_SEND_HIGH_WATER_MARK } from './limits/settings.js';
import { type Call, type Handlers, Service, type ServiceContext } from './sockets/service.js';
import type { Spectra } from './spectra/spectra.js';
import { framesOfSpectrum, spectrumSummary } from './spectra/spectrumFrames.js';
import type { Library } from './store/library.js';
import type { ModelFiles } from './store/modelFiles.js';
import {
  framesOfContent,
  framesOfCrystal,
  modelSummary,
  putModel,
  readOptions,
} from './store/modelFrames.js';
import type { ModelReader } from './store/modelReader.js';
import { framesOfPath, inUnitsOfSpectra, pathSummary, wantedPath } from './store/pathFrames.js';

interface WorkParts {
  address: DaemonAddress;
  executor: Pick<Executor, 'threads' | 'simd' | 'maxInflightBytes'>;
  library: Library;
  reader: ModelReader;
  files: ModelFiles;
  memory: MemoryBudget;
  debyeWaller: DebyeWaller;
  jobs: Jobs;
  spectra: Spectra;
}

type SpectrumMethod = 'spectrum.dos' | 'spectrum.map' | 'spectrum.powder';

interface SpectrumCall<M extends SpectrumMethod> extends Pick<Call<M>, 'params' | 'frames' | 'signal'> {
  respond(result: SpectrumSummary, frames: ArrayFrame[]): Promise<unknown>;
}

export function workService(parts: WorkParts, context: ServiceContext): Service<WorkMethod> {
  const limits = { sendHighWaterMark: WORK_SEND_HIGH_WATER_MARK, maxFrameBytes: MAX_FRAME_BYTES };
  return new Service(handlers(parts, context.log), context, limits);
}

/** Of spectra that are made, a path being only chosen. */
function spectrumHandlers(
  spectra: Spectra,
  log: Log,
): Pick<Handlers<WorkMethod>, SpectrumMethod | 'spectrum.sqw' | 'spectrum.powder_sqw'> {
  const makeSpectrum = async <M extends SpectrumMethod>(
    method: M,
    { params, frames, signal, respond }: SpectrumCall<M>,
  ) => {
    const made = await spectra.make(method, params, frames, signal);
    const { kernel_seconds } = made.figures;
    log.info({ model: params.model, method, kernel_seconds }, 'spectrum made');
    return respond(spectrumSummary(made), framesOfSpectrum(made));
  };
  return {
    'spectrum.dos': (call) => makeSpectrum('spectrum.dos', call),
    'spectrum.map': (call) => makeSpectrum('spectrum.map', call),
    'spectrum.powder': (call) => makeSpectrum('spectrum.powder', call),
    'spectrum.sqw': async ({ params, frames, signal, respond }) => {
      const { intensities, figures } = await spectra.sqw(params, frames, signal);
      const [nEnergies] = frames.get('energies')!.shape;
      const shape = [frames.get('qpts')!.shape[1], nEnergies];
      return respond(figures, [float64Frame('intensities', shape, intensities)]);
    },
    'spectrum.powder_sqw': async ({ params, frames, signal, respond }) => {
      const { intensities, summary } = await spectra.powderSqw(params, frames, signal);
      return respond(summary, [float64Frame('intensities', [intensities.length], intensities)]);
    },
  };
}

function jobHandlers(
  jobs: Jobs,
  log: Log,
): Pick<Handlers<WorkMethod>, 'job.open' | 'job.compute' | 'job.run' | 'job.close'> {
  return {
    'job.open': async ({ respond, ...call }) => {
      const summary = await jobs.open(call);
      const { params } = call;
      log.info({ job: summary.job, quantity: params.quantity, n_points: params.n_points }, 'job opened');
      return respond(summary);
    },
    'job.compute': ({ respond, ...call }) =>
      jobs.compute(call, (chunk) => respond(chunk.result, chunk.frames)),
    'job.run': ({ respond, ...call }) =>
      jobs.run(call, ({ result, frames }) => {
        const sent = respond(result, frames);
        log.info({ quantity: call.params.quantity, ...figuresOf(result) }, 'job run');
        return sent;
      }),
    'job.close': async ({ peer, params, respond }) => {
      const figures = jobs.close(peer, params.job);
      log.info({ job: params.job, ...figures }, 'job closed');
      return respond(figures);
    },
  };
}

function handlers(parts: WorkParts, log: Log): Handlers<WorkMethod> {
  const { library, reader, files, debyeWaller } = parts;
  return {
    hello: async ({ params, respond }) => {
      if (params.protocol !== PROTOCOL_VERSION) throw versionError(params.protocol, 'client', 'daemon');
      return respond(hello(parts));
    },
    'model.load': async ({ params, respond }) => {
      const start = performance.now();
      const model = await files.load(params.path, readOptions(params));
      log.info({ model: model.id, n_atoms: model.nAtoms, ms: performance.now() - start }, 'model loaded');
      return respond(modelSummary(model));
    },
    'model.put': async ({ params, frames, respond }) =>
      respond(modelSummary(await putModel(parts, params.atom_type, frames))),
    'model.info': async ({ params, respond }) => {
      const model = library.get(params.model);
      const group = params.symmetry
        ? await reader.perform({ kind: 'group', crystal: model.crystal }).catch(() => null)
        : undefined;
      const space_group = group && { number: group.number, symbol: group.symbol };
      return respond(
        { ...modelSummary(model), ...(space_group !== undefined && { space_group }) },
        framesOfCrystal(model),
      );
    },
    'model.content': async ({ params, respond }) => {
      const release = library.hold(params.model);
      try {
        const model = library.get(params.model);
        return await respond({ atom_type: [...model.crystal.atomType] }, await framesOfContent(model));
      } finally {
        release();
      }
    },
    debye_waller: async ({ params, signal, respond }) => {
      const { tensors, summary } = await debyeWaller.get(params, signal);
      const { n_points, kernel_seconds, cached } = summary;
      log.info({ model: params.model, n_points, kernel_seconds, cached }, 'Debye–Waller tensors');
      return respond(summary, [float64Frame('debye_waller', [tensors.length / 9, 3, 3], tensors)]);
    },
    'spectrum.path': async ({ params, respond }) => {
      const chosen = await reader.perform({
        kind: 'path',
        crystal: inUnitsOfSpectra(library.get(params.model).crystal),
        wanted: wantedPath(params),
      });
      return respond(pathSummary(chosen), framesOfPath(chosen));
    },
    ...spectrumHandlers(parts.spectra, log),
    ...jobHandlers(parts.jobs, log),
  };
}

const figuresOf = ({ points, kernel_seconds, total_seconds, threads }: JobFigures) => ({
  points,
  kernel_seconds,
  total_seconds,
  threads,
});

function hello({ executor, address }: WorkParts): Results['hello'] {
  const { version, protocol, host, pid } = address;
  return {
    version,
    protocol,
    host,
    pid,
    threads: executor.threads,
    simd: executor.simd,
    limits: {
      max_frame_bytes: MAX_FRAME_BYTES,
      max_frames: MAX_FRAMES,
      max_header_bytes: MAX_HEADER_BYTES,
      max_inflight_bytes: executor.maxInflightBytes,
    },
  };
}
