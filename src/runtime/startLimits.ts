/** What a daemon may be told when it is started: the options of `euphonicd start` and `euphonicd run`. */
export interface StartLimits {
  /** thread budget; by default the environment's, else the machine's */
  threads?: number;
  /** a size, such as 8G */
  maxMemory?: string;
  /** a time, such as 3d, or never */
  idleEnd?: string;
  /** time that reading a file may take, such as 10min, or never */
  readTime?: string;
  /** address, or address:port, to be reached over TCP in place of ipc */
  tcp?: string;
}
