/** `euphonicd start`, `stop` and `status`. */

import { ensureDaemon, findDaemon, stopDaemon } from '../../client/launcher.js';
import { RequestSocket } from '../../client/requestSocket.js';
import { type RuntimePaths, runtimePaths } from '../../runtime/paths.js';
import type { StartLimits } from '../../runtime/startLimits.js';
import { describeStatus } from '../formats/statusText.js';
import { givenFlags } from '../options/limitOptions.js';
import { EXIT_NOT_RUNNING, EXIT_OK } from '../terminal/exitCodes.js';
import { note, print, printJson } from '../terminal/output.js';

export async function start(options: StartLimits & { json?: boolean }): Promise<number> {
  const { json, ...limits } = options;
  const { address, started, replaced } = await ensureDaemon({ ...limits, replaceOlder: true });
  const { pid, version, work, control } = address;
  const given = givenFlags(limits);
  if (!started && given.length > 0) {
    note(
      `The daemon was alive already and stays as it is, without effect of: ${given.join(', ')} (stop it first).`,
    );
  }
  if (json) {
    printJson({
      pid,
      version,
      started,
      ...(replaced !== undefined && { replaced }),
      endpoints: { work, control },
      connection_file: runtimePaths().connectionFile,
    });
  } else {
    if (replaced !== undefined) print(`The daemon of version ${replaced} has been ended.`);
    print(
      started ? `The daemon has been started (pid ${pid}).` : `The daemon is alive already (pid ${pid}).`,
    );
  }
  return EXIT_OK;
}

/** There may be others, behind other connection files. */
const noDaemon = ({ connectionFile }: RuntimePaths) =>
  `No daemon is alive (connection file ${connectionFile}).`;

export async function stop(options: { json?: boolean }): Promise<number> {
  const paths = runtimePaths();
  const address = await stopDaemon(paths);
  const pid = address?.pid ?? null;
  if (options.json) printJson({ stopped: pid !== null, pid, connection_file: paths.connectionFile });
  else if (pid === null) print(noDaemon(paths));
  else print(`The daemon has been stopped (pid ${pid}, connection file ${paths.connectionFile}).`);
  return EXIT_OK;
}

export async function status(options: { json?: boolean }): Promise<number> {
  const paths = runtimePaths();
  const address = await findDaemon(paths);
  if (!address) {
    if (options.json) printJson({ running: false, connection_file: paths.connectionFile });
    else print(noDaemon(paths));
    return EXIT_NOT_RUNNING;
  }
  const socket = new RequestSocket(address, address.control);
  try {
    const { result } = await socket.request('status', {});
    if (options.json) printJson({ ...result, connection_file: paths.connectionFile });
    else print(describeStatus(result, paths.connectionFile));
    return EXIT_OK;
  } finally {
    socket.close();
  }
}
