/** Finds a free port on this machine. */
import { createServer } from 'node:net';

/** The first of the wished ports that is free on the host, otherwise any free port. */
export async function freePort(host: string, ...wished: readonly number[]): Promise<number> {
  for (const port of [...wished, 0]) {
    const found = await new Promise<number | null>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(null));
      server.listen(port, host, () => {
        const address = server.address();
        server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : null));
      });
    });
    if (found !== null) return found;
  }
  throw new Error('no free port on this machine');
}
