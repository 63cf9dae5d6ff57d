/** A file in the two encodings MessageGateway may expect: a multipart part named `file`, or the bare bytes (docs/platform-notes/messagegateway.md#uploads). */
import { randomBytes } from 'node:crypto';
import type { FileRef } from '../../../core/events.ts';
import type { OpenedFile } from '../../../core/opened-file.ts';

export interface UploadedFile extends Pick<FileRef, 'name' | 'kind'> {
  readonly content: OpenedFile;
}

export interface UploadBody {
  readonly contentType: string;
  readonly body: Pick<OpenedFile, 'stream' | 'size'>;
  /** Bytes of the body that do not belong to the file. */
  readonly wrapping: number;
}

/** Files with these extensions may be sound or film; the kind decides. */
const containers: ReadonlySet<string> = new Set(['mp4', 'webm', 'ogg', '3gp']);

const types: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  pdf: 'application/pdf',
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
  m4a: 'audio/mp4',
  aac: 'audio/aac',
  wav: 'audio/wav',
  mp4: 'video/mp4',
  webm: 'video/webm',
  mov: 'video/quicktime',
  txt: 'text/plain',
};

/** The media type keeps the kind, which MessageGateway derives from it. The type that the remote named counts for unknown extensions. */
function typeOf({ name, kind, content }: UploadedFile): string {
  const extension = /\.([a-z\d]{1,5})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  if (containers.has(extension) && (kind === 'audio' || kind === 'video')) return `${kind}/${extension}`;
  const told = content.type?.split(';')[0]?.trim() ?? '';
  return types[extension] ?? (/^(?:image|audio|video)\/[\w.+-]{1,60}$/.test(told) ? told : 'application/octet-stream');
}

/** Content type and body of an upload. */
export function uploadBody(file: UploadedFile, encoding: 'multipart' | 'raw'): UploadBody {
  const type = typeOf(file);
  const { stream, size } = file.content;
  if (encoding === 'raw') return { contentType: type, body: { stream, size }, wrapping: 0 };
  const boundary = `bridge-${randomBytes(16).toString('hex')}`;
  const lines = [
    `--${boundary}`,
    `Content-Disposition: form-data; name="file"; filename="${inQuotes(file.name)}"`,
    `Content-Type: ${type}`,
    '',
    '',
  ];
  const head = Buffer.from(lines.join('\r\n'));
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const wrapping = head.length + tail.length;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: { stream: join(head, stream, tail), size: size === null ? null : size + wrapping },
    wrapping,
  };
}

async function* join(head: Buffer, file: AsyncIterable<Uint8Array>, tail: Buffer): AsyncGenerator<Uint8Array> {
  yield head;
  yield* file;
  yield tail;
}

/** Escapes a quoted file name as browsers do (HTML standard, multipart/form-data encoding). */
function inQuotes(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
