/** Files: uploaded by the page, handed out to clients and to browsers. */
import type { ServerResponse } from 'node:http';
import { z } from 'zod';

export interface NamedFile {
  readonly name: string;
  readonly content: Buffer;
}

/** Up to five files as the page sends them, each at most so many characters of base64. */
export function pageFiles(maxCharacters: number): z.ZodType<NamedFile[], unknown> {
  const file = z.object({ name: z.string().min(1).max(200), base64: z.string().max(maxCharacters) });
  const decoded = file.transform(({ name, base64 }) => ({ name, content: Buffer.from(base64, 'base64') }));
  return z.array(decoded).max(5).default([]);
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
