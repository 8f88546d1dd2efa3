// Starts hdf5Worker.ts where this program runs from its sources (tests, benchmarks): a new thread does not know the loader.
import { register } from 'tsx/esm/api';

register();
await import('./hdf5Worker.ts');
