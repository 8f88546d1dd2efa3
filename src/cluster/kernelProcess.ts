/** The kernel process of a worker, started by its supervisor with the options as JSON. */
import { Kernel, type KernelOptions } from './kernel.js';

const kernel = new Kernel(JSON.parse(process.argv[2]) as KernelOptions);
// by which its end can be reported
process.send?.({ worker: kernel.worker });
process.on('message', (message) => message === 'drain' && void kernel.drain());
// the supervisor has gone, and nobody would end this process
process.on('disconnect', () => process.exit(1));
// a terminal sends its signals to both: the supervisor passes them on
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.exit(await kernel.run());
