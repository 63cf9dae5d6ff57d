/** Files uploaded to MG: kept in memory, their type recognised by their first bytes, served under signed links that expire. */
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { ApiError } from './api-error.ts';
import type { StoredFile } from './records.ts';
import type { AccountState, GatewayState } from './state.ts';

const SIGNATURES: readonly (readonly [string, string])[] = [
  ['89504e47', 'image/png'],
  ['ffd8ff', 'image/jpeg'],
  ['47494638', 'image/gif'],
  ['25504446', 'application/pdf'],
  ['4f676753', 'audio/ogg'],
  ['494433', 'audio/mpeg'],
];

function sniff(content: Buffer): string | null {
  const start = content.subarray(0, 8).toString('hex');
  const known = SIGNATURES.find(([signature]) => start.startsWith(signature));
  if (known !== undefined) return known[1];
  if (content.subarray(0, 4).toString('latin1') === 'RIFF' && content.subarray(8, 12).toString('latin1') === 'WEBP') {
    return 'image/webp';
  }
  return content.subarray(4, 8).toString('latin1') === 'ftyp' ? 'video/mp4' : null;
}

function kindOf(mime: string): StoredFile['kind'] {
  const family = mime.split('/')[0];
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'file';
}

/** Stores the content. The declared type counts only when the first bytes do not show one. Throws 400 when empty or too large. */
export function storeFile(
  account: AccountState,
  given: { readonly content: Buffer; readonly mime: string; readonly name: string },
): StoredFile {
  if (given.content.length === 0) throw new ApiError(400, 'file is empty');
  if (given.content.length > account.gateway.options.maxFileBytes) throw new ApiError(400, 'file is too large');
  const declared = given.mime.split(';')[0]?.trim() ?? '';
  const mime = sniff(given.content) ?? (declared === '' ? 'application/octet-stream' : declared);
  const file: StoredFile = {
    id: randomUUID(),
    content: given.content,
    mime,
    kind: kindOf(mime),
    name: given.name,
    transcription: null,
    transcriptionStatus: null,
  };
  account.files.set(file.id, file);
  return file;
}

function signature(gateway: GatewayState, id: string, expires: number): string {
  return createHmac('sha256', gateway.fileSecret).update(`${id}:${expires}`).digest('hex');
}

/** A temporary address of the file. */
export function fileUrl(account: AccountState, id: string): string {
  const { gateway } = account;
  const expires = Math.floor(Date.now() / 1000) + gateway.options.fileUrlSeconds;
  return `${gateway.address.mgOrigin}/storage/${id}?expires=${expires}&signature=${signature(gateway, id, expires)}`;
}

/** The file behind a temporary address; null when the address is forged or has expired. */
export function fileBehind(gateway: GatewayState, url: URL): StoredFile | null {
  const id = url.pathname.replace('/storage/', '');
  const expires = Number(url.searchParams.get('expires'));
  const shown = Buffer.from(url.searchParams.get('signature') ?? '');
  const right = Buffer.from(signature(gateway, id, expires));
  const isGood = shown.length === right.length && timingSafeEqual(shown, right) && expires * 1000 > Date.now();
  if (!isGood) return null;
  for (const account of gateway.accounts) {
    const file = account.files.get(id);
    if (file !== undefined) return file;
  }
  return null;
}
