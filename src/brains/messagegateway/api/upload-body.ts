/** File bytes in the two encodings MessageGateway may expect: a multipart part named `file`, or the bare bytes (docs/platform-notes/messagegateway.md#uploads). */
import { randomBytes } from 'node:crypto';

export interface UploadedFile {
  readonly name: string;
  readonly bytes: Buffer;
}

const types: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  m4a: 'audio/mp4',
  wav: 'audio/wav',
  mp4: 'video/mp4',
  txt: 'text/plain',
};

/** Content type and body of an upload. */
export function uploadBody(file: UploadedFile, encoding: 'multipart' | 'raw'): { contentType: string; body: Buffer } {
  const extension = /\.([a-z\d]{1,5})$/i.exec(file.name)?.[1]?.toLowerCase() ?? '';
  const type = types[extension] ?? 'application/octet-stream';
  if (encoding === 'raw') return { contentType: type, body: file.bytes };
  const boundary = `bridge-${randomBytes(16).toString('hex')}`;
  const head = [
    `--${boundary}`,
    `Content-Disposition: form-data; name="file"; filename="${inQuotes(file.name)}"`,
    `Content-Type: ${type}`,
    '',
    '',
  ].join('\r\n');
  const body = Buffer.concat([Buffer.from(head), file.bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { contentType: `multipart/form-data; boundary=${boundary}`, body };
}

/** Escapes a quoted file name as browsers do (HTML standard, multipart/form-data encoding). */
function inQuotes(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
