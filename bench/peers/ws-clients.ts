/** A peer of the sockets: bare `ws` clients in a process of their own, which only stay connected. */
import { WebSocket } from 'ws';
import { z } from 'zod';
import { serveParent } from '../support/serve-parent.ts';

const orderSchema = z.object({ url: z.string(), tokens: z.array(z.string()) });
const sockets: WebSocket[] = [];

/** Sockets that are being opened at the same time. */
const atOnce = 50;

async function open(url: string, token: string): Promise<void> {
  const socket = new WebSocket(url, { headers: { 'x-bot-token': token }, perMessageDeflate: false });
  sockets.push(socket);
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
}

serveParent(null, {
  open: async (input) => {
    const { url, tokens } = orderSchema.parse(input);
    for (let from = 0; from < tokens.length; from += atOnce) {
      await Promise.all(tokens.slice(from, from + atOnce).map((token) => open(url, token)));
    }
    return sockets.length;
  },
  pid: () => Promise.resolve(process.pid),
});
