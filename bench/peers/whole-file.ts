/** Forwards files in the simplest way: downloads the whole file into a Buffer, builds the whole body and sends it. */
import { z } from 'zod';
import { serveParent } from '../support/serve-parent.ts';

const orderSchema = z.object({ from: z.url(), to: z.url(), way: z.enum(['json', 'multipart']) });

async function pass(input: unknown): Promise<null> {
  const { from, to, way } = orderSchema.parse(input);
  const bytes = Buffer.from(await (await fetch(from)).arrayBuffer());
  let body: string | FormData;
  if (way === 'json') body = JSON.stringify({ fields: { name: 'file.bin', content: bytes.toString('base64') } });
  else {
    body = new FormData();
    body.set('file', new Blob([bytes]), 'file.bin');
  }
  const headers: Record<string, string> = way === 'json' ? { 'content-type': 'application/json' } : {};
  await (await fetch(to, { method: 'POST', body, headers })).arrayBuffer();
  return null;
}

serveParent(null, { pass, pid: () => Promise.resolve(process.pid) });
