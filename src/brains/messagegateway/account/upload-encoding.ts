/** Uploads files in the encoding the service accepts: if one is not understood, the other is tried, and the one that worked is remembered. */
import { z } from 'zod';
import type { ConnectorState } from '../../../core/connector-tools.ts';
import type { FileRef } from '../../../core/events.ts';
import type { OpenedFile } from '../../../core/opened-file.ts';
import { MgRefused } from '../api/mg-http.ts';
import type { MgFile } from '../api/mg-shapes.ts';
import type { TransportApi } from '../api/transport-api.ts';
import { uploadBody } from '../api/upload-body.ts';
import type { MessageGatewayConfig } from '../config.ts';
import type { MgContext } from '../context.ts';

type Encoding = MessageGatewayConfig['uploadEncoding'];

const key = 'upload-encoding';

/** `insteadOf` is the setting when the encoding was found. If the setting has changed since, it wins. */
const foundShape = z.object({ encoding: z.enum(['multipart', 'raw']), insteadOf: z.string() });

/** A file that is opened anew for every attempt, because it can be read only once. */
export interface UploadSource extends Pick<FileRef, 'name' | 'kind'> {
  readonly open: () => Promise<OpenedFile>;
}

/** An answer, and whether the server stored the multipart wrapping as part of the file. */
interface Attempted {
  readonly answer: MgFile | MgRefused;
  readonly isWrapped: boolean;
}

/**
 * Returns the stored file. Throws the first refusal when neither encoding is accepted.
 *
 * @param api the Bot or the Transport API
 */
export async function uploadAsTaken(
  context: MgContext,
  source: UploadSource,
  api: Pick<TransportApi, 'uploadFile'>,
  signal: AbortSignal,
): Promise<MgFile> {
  const { state, log } = context.tools;
  const set = context.config.uploadEncoding;
  const first = await encodingOf(state, set);
  const other = first === 'multipart' ? 'raw' : 'multipart';
  const { answer: result, isWrapped } = await attempt(source, api, first, signal);
  if (!(result instanceof MgRefused) && !isWrapped) return result;
  const second = await attempt(source, api, other, signal);
  if (second.answer instanceof MgRefused || second.isWrapped) {
    if (result instanceof MgRefused) throw result;
    return result;
  }
  log('MessageGateway takes files in the other encoding; it is used from now on', { encoding: other });
  await state.put(key, { encoding: other, insteadOf: set });
  return second.answer;
}

async function attempt(
  { name, kind, open }: UploadSource,
  api: Pick<TransportApi, 'uploadFile'>,
  encoding: Encoding,
  signal: AbortSignal,
): Promise<Attempted> {
  const content = await open();
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of content.stream) {
      bytes += piece.length;
      yield piece;
    }
  }
  const body = uploadBody({ name, kind, content: { ...content, stream: counted() } }, encoding);
  try {
    const answer = await api.uploadFile(body, signal);
    // A server that expects bare bytes stores the multipart wrapping as part of the file: it reports the size of the whole body.
    return { answer, isWrapped: encoding === 'multipart' && answer.size === bytes + body.wrapping };
  } catch (error) {
    if (error instanceof MgRefused) return { answer: error, isWrapped: false };
    throw error;
  }
}

async function encodingOf(state: ConnectorState, set: Encoding): Promise<Encoding> {
  const found = foundShape.safeParse(await state.get(key));
  return found.success && found.data.insteadOf === set ? found.data.encoding : set;
}
