/** The methods of the control socket: none of them waits for anything. */
import { MAX_HEADER_BYTES } from '../protocol/limits.js';
import type { ControlMethod } from '../protocol/messages.js';
import type { Status } from '../protocol/results.js';
import { type Handlers, Service, type ServiceContext } from './sockets/service.js';

/** Answers that may wait for one peer; they are small. */
const CONTROL_SEND_HIGH_WATER_MARK = 1000;

/** Its messages are headers alone. One somewhat over their limit still gets its error. */
const CONTROL_MAX_FRAME_BYTES = 4 * MAX_HEADER_BYTES;

interface Controls {
  status(): Status;
  /** Stops what goes by the name; false if there is nothing. */
  cancel(name: string): boolean;
  shutdown(reason: string): void;
}

export function controlService(controls: Controls, context: ServiceContext): Service<ControlMethod> {
  const handlers: Handlers<ControlMethod> = {
    ping: ({ respond }) => respond({}),
    status: ({ respond }) => respond(controls.status()),
    'job.cancel': ({ params, respond }) => respond({ cancelled: controls.cancel(params.job) }),
    shutdown: async ({ respond }) => {
      await respond({});
      controls.shutdown('asked by a client');
    },
  };
  const limits = { sendHighWaterMark: CONTROL_SEND_HIGH_WATER_MARK, maxFrameBytes: CONTROL_MAX_FRAME_BYTES };
  return new Service(handlers, context, limits);
}
