/** The threads in which spectra are made: started when there is one to make, ended when idle, or with a spectrum that nobody wants. */
import { Worker } from 'node:worker_threads';
import { asEuphonicError, EuphonicError } from '../../base/errors.js';
import { checkProgramFiles } from '../../base/programFiles.js';
import { Semaphore } from '../../base/semaphore.js';
import type { QpointResults } from '../../spectra/calculation/calculator.js';
import { MAX_SPECTRA_RUNNING, READER_IDLE_MS } from '../limits/settings.js';
import type {
  SpectrumResults,
  SpectrumTask,
  ThreadAnswer,
  ThreadMessage,
  ThreadRequest,
} from './spectrumTask.js';

/** What a thread has done for it. */
export interface ThreadHelp {
  evaluate(asked: Extract<ThreadRequest, { evaluate: unknown }>['evaluate']): Promise<QpointResults>;
  /** Throws `too_large` or `over_capacity`. */
  reserve(bytes: number): void;
  progress(said: Extract<ThreadRequest, { progress: unknown }>['progress']): void;
}

export class SpectrumThreads {
  private readonly semaphore = new Semaphore(MAX_SPECTRA_RUNNING);
  private readonly all = new Set<Worker>();
  private readonly idle = new Map<Worker, NodeJS.Timeout>();

  /** Rejects with what went wrong in the thread, or with the signal's reason. */
  perform<K extends SpectrumTask['kind']>(
    task: Extract<SpectrumTask, { kind: K }>,
    help: ThreadHelp,
    signal: AbortSignal,
  ): Promise<SpectrumResults[K]> {
    return this.semaphore.run(async () => {
      signal.throwIfAborted();
      const worker = this.take();
      try {
        const result = await performIn(worker, task, help, signal);
        this.keep(worker);
        return result as SpectrumResults[K];
      } catch (error) {
        this.end(worker);
        throw error;
      }
    });
  }

  close(): void {
    for (const worker of this.all) this.end(worker);
  }

  private take(): Worker {
    const [found] = this.idle;
    if (found) {
      const [worker, timer] = found;
      clearTimeout(timer);
      this.idle.delete(worker);
      return worker;
    }
    checkProgramFiles();
    const worker = new Worker(new URL('./spectrumWorker.js', import.meta.url), { execArgv: [] });
    worker.unref();
    // one that is idle may fail, too
    worker.on('error', () => this.end(worker));
    this.all.add(worker);
    return worker;
  }

  private keep(worker: Worker): void {
    if (!this.all.has(worker)) return;
    this.idle.set(worker, setTimeout(() => this.end(worker), READER_IDLE_MS).unref());
  }

  private end(worker: Worker): void {
    clearTimeout(this.idle.get(worker));
    this.idle.delete(worker);
    this.all.delete(worker);
    void worker.terminate();
  }
}

function performIn(
  worker: Worker,
  task: SpectrumTask,
  help: ThreadHelp,
  signal: AbortSignal,
): Promise<SpectrumResults[SpectrumTask['kind']]> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      worker.off('message', listen);
      worker.off('error', fail);
      signal.removeEventListener('abort', leave);
      finish();
    };
    const leave = () => settle(() => reject(signal.reason));
    // a thread that runs out of memory ends; the daemon goes on
    const fail = (error: Error) => {
      const isMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
      const code = isMemory ? 'out_of_memory' : 'internal';
      settle(() => reject(new EuphonicError(code, `Making the spectrum failed: ${error.message}`)));
    };
    const answer = async (id: number, results: Promise<QpointResults | null>) => {
      let said: ThreadAnswer;
      try {
        said = { id, results: await results };
      } catch (error) {
        said = { id, error: asEuphonicError(error).toBody() };
      }
      worker.postMessage(said);
    };
    const listen = (message: ThreadMessage) => {
      if ('result' in message) settle(() => resolve(message.result));
      else if ('error' in message) settle(() => reject(EuphonicError.fromBody(message.error)));
      else if ('progress' in message) help.progress(message.progress);
      else if ('evaluate' in message) void answer(message.id, help.evaluate(message.evaluate));
      else void answer(message.id, reserved(help, message.reserve));
    };
    worker.on('message', listen);
    worker.on('error', fail);
    signal.addEventListener('abort', leave, { once: true });
    worker.postMessage({ task });
  });
}

async function reserved(help: ThreadHelp, bytes: number): Promise<null> {
  help.reserve(bytes);
  return null;
}
