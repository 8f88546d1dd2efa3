/** Reads files, checks models, finds symmetry and paths on a thread of its own, started when there is something to do and ended when idle. */
import { Worker } from 'node:worker_threads';
import { asEuphonicError, EuphonicError } from '../../base/errors.js';
import { checkProgramFiles } from '../../base/programFiles.js';
import { READER_IDLE_MS } from '../limits/settings.js';
import type { ReaderData, ReaderResponse, ReaderResults, ReaderTask } from './modelWorker.js';

interface Waiting {
  task: ReaderTask;
  transfer: ArrayBuffer[];
  resolve(result: ReaderResults[ReaderTask['kind']]): void;
  reject(error: EuphonicError): void;
}

/** Node.js has no longer timers. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export class ModelReader {
  private readonly waiting: Waiting[] = [];
  private current: Waiting | undefined;
  private worker: Worker | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    /** a task that takes longer is stopped; infinite: none is */
    private readonly limitMs: number,
    /** what the thread is told when it starts */
    private readonly data: ReaderData,
  ) {}

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
    clearTimeout(this.timer);
    void this.worker?.terminate();
    this.worker = undefined;
  }

  private next(): void {
    if (this.current) return;
    this.current = this.waiting.shift();
    clearTimeout(this.idleTimer);
    if (this.current) {
      const { task, transfer } = this.current;
      try {
        this.worker ??= this.start();
      } catch (error) {
        this.settle({ error: asEuphonicError(error).toBody() });
        return;
      }
      this.worker.postMessage(task, transfer);
      if (this.limitMs <= MAX_TIMER_MS)
        this.timer = setTimeout(() => this.giveUp(task), this.limitMs).unref();
    } else {
      this.idleTimer = setTimeout(() => this.close(), READER_IDLE_MS).unref();
    }
  }

  private start(): Worker {
    checkProgramFiles();
    const worker = new Worker(new URL('./modelWorker.js', import.meta.url), {
      execArgv: [],
      workerData: this.data,
    });
    worker.on('message', (response: ReaderResponse) => {
      if (this.worker === worker) this.settle(response);
    });
    // a thread that runs out of memory ends; the daemon goes on, and the next task gets a new thread
    worker.on('error', (error) => {
      if (this.worker !== worker) return;
      this.worker = undefined;
      const isMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
      const code = isMemory ? 'out_of_memory' : 'internal';
      this.settle({ error: { code, message: `The reader failed: ${error.message}` } });
    });
    worker.unref();
    return worker;
  }

  /** Ends the thread, whatever it is at: the next task gets a new one. */
  private giveUp(task: ReaderTask): void {
    void this.worker?.terminate();
    this.worker = undefined;
    const error = new EuphonicError(
      'too_large',
      `${describe(task)} took longer than ${this.limitMs / 1000} s and was stopped.`,
      {
        where: 'path' in task ? task.path : 'read_time',
        expected: `at most read_time = ${this.limitMs / 1000} s`,
        advice:
          'Check that it is what it should be. Where it only is large, start the daemon with a longer --read-time or EUPHONIC_READ_TIME.',
      },
    );
    this.settle({ error: error.toBody() });
  }

  private settle(response: ReaderResponse): void {
    clearTimeout(this.timer);
    const { current } = this;
    this.current = undefined;
    if (current) {
      if ('result' in response) current.resolve(response.result);
      else current.reject(EuphonicError.fromBody(response.error));
    }
    this.next();
  }
}

function describe(task: ReaderTask): string {
  switch (task.kind) {
    case 'measure':
    case 'load':
      return `Reading ${task.path}`;
    case 'check':
      return 'Checking the model';
    case 'group':
      return "Finding the crystal's space group";
    case 'symmetrise':
      return 'Averaging tensors over the space group';
    case 'wedge':
      return 'Finding the irreducible wedge of the grid';
    case 'path':
      return 'Finding the path';
  }
}
