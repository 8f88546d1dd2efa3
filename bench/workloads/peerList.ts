/** The alternatives that are measured. */
export interface Peer {
  name: string;
  /** what bench/peers/worker.py calls it */
  worker: string;
  label: string;
  options?: Record<string, unknown>;
  /** the same as another where there is no dipole term */
  polarOnly?: boolean;
}

/** In the order of tables and pictures. */
export const PEERS: readonly Peer[] = [
  {
    name: 'euphonic-c-best',
    worker: 'euphonic-c',
    label: 'Euphonic, C extension, best dipole_parameter',
    options: { tune: true },
  },
  {
    name: 'euphonic-c',
    worker: 'euphonic-c',
    label: 'Euphonic, C extension, default dipole_parameter',
    polarOnly: true,
  },
  { name: 'euphonic-pool', worker: 'euphonic-pool', label: 'Euphonic, pool of processes' },
  { name: 'euphonic-python', worker: 'euphonic-python', label: 'Euphonic, Python path' },
  { name: 'brille', worker: 'brille', label: 'brille, interpolated' },
  { name: 'phonopy', worker: 'phonopy', label: 'phonopy, Rust' },
];
