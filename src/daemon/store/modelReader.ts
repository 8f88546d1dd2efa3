/** Reads files, checks models and finds symmetry on a thread of its own, started when there is something to do and ended when idle. */
import { Worker } from 'node:worker_threads';
import { EuphonicError } from '../../base/errors.js';
import { READER_IDLE_MS } from '../limits/settings.js';
import type { ReaderResponse, ReaderResults, ReaderTask } from './modelWorker.js';

interface Waiting {
  task: ReaderTask;
  transfer: ArrayBuffer[];
  resolve(result: ReaderResults[ReaderTask['kind']]): void;
  reject(error: EuphonicError): void;
}

export class ModelReader {
  private readonly waiting: Waiting[] = [];
  private current: Waiting | undefined;
  private worker: Worker | undefined;
  private idleTimer: NodeJS.Timeout | undefined;

  /** One task after another. `transfer` lists memory of the task that moves to the thread without a copy. */
  perform<K extends ReaderTask['kind']>(
    task: Extract<ReaderTask, { kind: K }>,
    transfer: ArrayBuffer[] = [],
  ): Promise<ReaderResults[K]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ task, transfer, resolve: resolve as Waiting['resolve'], reject });
      this.next();
    });
  }

  close(): void {
    clearTimeout(this.idleTimer);
    void this.worker?.terminate();
    this.worker = undefined;
  }

  private next(): void {
    if (this.current) return;
    this.current = this.waiting.shift();
    clearTimeout(this.idleTimer);
    if (this.current) {
      this.worker ??= this.start();
      this.worker.postMessage(this.current.task, this.current.transfer);
    } else {
      this.idleTimer = setTimeout(() => this.close(), READER_IDLE_MS).unref();
    }
  }

  private start(): Worker {
    const worker = new Worker(new URL('./modelWorker.js', import.meta.url), { execArgv: [] });
    worker.on('message', (response: ReaderResponse) => this.settle(response));
    // a thread that runs out of memory ends; the daemon goes on, and the next task gets a new thread
    worker.on('error', (error) => {
      if (this.worker === worker) this.worker = undefined;
      const isMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
      const code = isMemory ? 'out_of_memory' : 'internal';
      this.settle({ error: { code, message: `The reader failed: ${error.message}` } });
    });
    worker.unref();
    return worker;
  }

  private settle(response: ReaderResponse): void {
    const { current } = this;
    this.current = undefined;
    if (current) {
      if ('result' in response) current.resolve(response.result);
      else current.reject(EuphonicError.fromBody(response.error));
    }
    this.next();
  }
}
