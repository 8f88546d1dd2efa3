import { MessageChannel } from 'node:worker_threads';

/**
 * Gives an array's memory back within a turn of the event loop: the collector may wait, since it does not know that a small object
 * holds hundreds of megabytes. The array is empty then. One that shares its memory with others is left alone.
 */
export function letGo({ buffer, byteLength }: Float64Array): void {
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== byteLength) return;
  // what moves into a message that nobody receives ends with it
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.postMessage(null, [buffer]);
  port1.close();
}
