/** Files: uploaded by the page, sent to clients and to browsers. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { wait } from './wait.ts';

export interface NamedFile {
  readonly name: string;
  readonly content: Buffer;
}

/** Schema of up to five files as the page sends them, each of at most `maxCharacters` in base64. */
export function pageFiles(maxCharacters: number): z.ZodType<NamedFile[], unknown> {
  const file = z.object({ name: z.string().min(1).max(200), base64: z.string().max(maxCharacters) });
  const decoded = file.transform(({ name, base64 }) => ({ name, content: Buffer.from(base64, 'base64') }));
  return z.array(decoded).max(5).default([]);
}

/** How a fault disturbs a file download: `cut` breaks the connection after half of it, `drip` sends small pieces with delays, `stall` stops after half. */
export interface SpoiltPace {
  readonly kind: 'cut' | 'drip' | 'stall';
  /** Delay between the pieces of `drip`. */
  readonly ms?: number;
}

/** Null for a fault that does not concern downloads. */
export function spoiltPace(fault: { readonly kind: string | number; readonly ms?: number } | null): SpoiltPace | null {
  const kind = fault?.kind;
  if (kind !== 'cut' && kind !== 'drip' && kind !== 'stall') return null;
  return { kind, ...(fault?.ms === undefined ? {} : { ms: fault.ms }) };
}

const DRIP_PIECES = 40;

/** The part of the content that gets through, at the fault's pace. */
async function* spoilt(content: Buffer, { kind, ms = 50 }: SpoiltPace): AsyncGenerator<Buffer> {
  if (kind !== 'drip') {
    yield content.subarray(0, Math.ceil(content.length / 2));
    return;
  }
  const step = Math.ceil(content.length / DRIP_PIECES);
  for (let at = 0; at < content.length; at += step) {
    yield content.subarray(at, at + step);
    await wait(ms);
  }
}

/** Sends the content as disturbed by the fault. Content-Length announces the whole length. */
export async function sendSpoilt(answer: ServerResponse, content: Buffer, pace: SpoiltPace): Promise<void> {
  answer.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': content.length });
  for await (const piece of spoilt(content, pace)) {
    if (answer.destroyed) return;
    if (!answer.write(piece)) await Promise.race([once(answer, 'drain'), once(answer, 'close')]);
  }
  if (pace.kind === 'cut') answer.destroy();
  else if (pace.kind === 'drip') answer.end();
}

/** Sends the content; `headers` may set a type and more. */
export function sendFile(
  answer: ServerResponse,
  { name, content }: NamedFile,
  place: 'attachment' | 'inline',
  headers: Readonly<Record<string, string>> = {},
): void {
  answer.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': content.length,
    'content-disposition': `${place}; filename*=UTF-8''${encodeURIComponent(name)}`,
    ...headers,
  });
  answer.end(content);
}

const SAFE_IMAGES = /\.(png|jpe?g|gif|webp)$/i;

/** Sends a file to the page: pictures are shown, anything else is downloaded, so that no file can run as a part of the page. */
export function sendToPage(answer: ServerResponse, file: NamedFile): void {
  const image = SAFE_IMAGES.exec(file.name)?.[1]?.toLowerCase().replace('jpg', 'jpeg');
  const noGuessing = { 'x-content-type-options': 'nosniff' };
  if (image === undefined) sendFile(answer, file, 'attachment', noGuessing);
  else sendFile(answer, file, 'inline', { ...noGuessing, 'content-type': `image/${image}` });
}
