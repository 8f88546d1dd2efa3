/** A wire between a worker and the engine that can be cut: bytes stop, and neither side is told. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export class CutWire {
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  private constructor(
    private readonly server: Server,
    /** for a worker behind the wire */
    readonly file: string,
  ) {}

  static async start(cluster: { urls: string[] }, folder: string): Promise<CutWire> {
    const { hostname, port } = new URL(cluster.urls.at(-1)!);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const directory = join(folder, `wire-${(server.address() as AddressInfo).port}`);
    mkdirSync(directory, { mode: 0o700 });
    const file = join(directory, 'cluster.json');
    const urls = [`tls://127.0.0.1:${(server.address() as AddressInfo).port}`];
    writeFileSync(file, JSON.stringify({ ...cluster, urls }), { mode: 0o600 });
    const wire = new CutWire(server, file);
    server.on('connection', (near) => wire.join(near, createConnection(Number(port), hostname)));
    return wire;
  }

  async cut(ms: number): Promise<void> {
    this.isCut = true;
    for (const socket of this.sockets) socket.pause();
    await sleep(ms);
    this.isCut = false;
    for (const socket of this.sockets) socket.resume();
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    rmSync(join(this.file, '..'), { recursive: true, force: true });
  }

  private join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      this.sockets.add(from);
      from.on('data', (bytes) => to.write(bytes));
      from.on('error', () => {}).on('close', () => to.destroy());
      if (this.isCut) from.pause();
    }
  }
}
