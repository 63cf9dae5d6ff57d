/** Uploads as both APIs take them: a multipart part, the bare bytes, or an address to fetch. */
import { z } from 'zod';
import { ApiError } from './api-error.ts';
import { type ApiCall, type ApiRoute, ok } from './api-gate.ts';
import type { StoredFile } from './records.ts';
import { storeFile } from './stored-files.ts';
import { readBodyAs } from './validate.ts';

async function multipartFile(
  call: ApiCall,
  partName: string | null,
): Promise<{ content: Buffer; mime: string; name: string }> {
  let form: FormData;
  try {
    const headers = { 'content-type': call.contentType };
    form = await new Response(new Uint8Array(call.bytes), { headers }).formData();
  } catch (cause) {
    if (cause instanceof TypeError) throw new ApiError(400, 'invalid multipart body');
    throw cause;
  }
  const parts = partName === null ? [...form.values()] : form.getAll(partName);
  const file = parts.find((part) => typeof part !== 'string');
  if (file === undefined || typeof file === 'string') throw new ApiError(400, 'file is a required field');
  return { content: Buffer.from(await file.arrayBuffer()), mime: file.type, name: file.name };
}

/** The uploaded file: the part of this name (null = any file part), or the raw body, as older clients send it. */
async function uploadedFile(call: ApiCall, partName: string | null): Promise<StoredFile> {
  const { uploads } = call.account.gateway.options;
  const isMultipart = call.contentType.startsWith('multipart/');
  if (!isMultipart && uploads === 'multipart') throw new ApiError(400, 'file is a required field');
  // With `raw` the whole body is the file, even if it is multipart.
  if (isMultipart && uploads !== 'raw') return storeFile(call.account, await multipartFile(call, partName));
  // The old Go client labels raw bytes as application/json.
  const isTyped = !/^(application\/(json|x-www-form-urlencoded)|multipart\/)/.test(call.contentType);
  const mime = isTyped ? call.contentType : '';
  return storeFile(call.account, { content: call.bytes, mime, name: 'file' });
}

const byUrlSchema = z.object({ url: z.string().min(1) });

/** Fetches the address as MG does. Throws a 400 when that gives no file. */
async function fetchedFile(call: ApiCall): Promise<StoredFile> {
  const { url } = readBodyAs(byUrlSchema, call.json() ?? {}, call.account.gateway.options.escape);
  if (!/^https?:\/\//.test(url)) throw new ApiError(400, 'url must be a valid URL');
  let answer: Response;
  let content: Buffer;
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(20_000) });
    content = Buffer.from(await answer.arrayBuffer());
  } catch (cause) {
    if (cause instanceof Error) throw new ApiError(400, 'file could not be downloaded');
    throw cause;
  }
  if (!answer.ok) throw new ApiError(400, `file could not be downloaded: HTTP ${answer.status}`);
  const name = new URL(url).pathname.split('/').at(-1) ?? '';
  return storeFile(call.account, { content, mime: answer.headers.get('content-type') ?? '', name: name || 'file' });
}

/** The file named in the path. */
export function namedFile(call: ApiCall): StoredFile {
  const id = call.params['id'] ?? '';
  const file = call.account.files.get(id);
  if (file === undefined) throw new ApiError(404, `file ${id} not found`);
  return file;
}

/** Upload, upload by address and lookup, with each API's own view of a file. */
export function fileRoutes(
  partName: string | null,
  views: { readonly short: (file: StoredFile) => object; readonly full: (call: ApiCall, file: StoredFile) => object },
): readonly ApiRoute[] {
  return [
    { method: 'POST', path: '/files/upload', run: async (call) => ok(views.short(await uploadedFile(call, partName))) },
    { method: 'POST', path: '/files/upload_by_url', run: async (call) => ok(views.short(await fetchedFile(call))) },
    { method: 'GET', path: '/files/:id', run: (call) => ok(views.full(call, namedFile(call))) },
  ];
}
