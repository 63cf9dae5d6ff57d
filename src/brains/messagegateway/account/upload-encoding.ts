/** Uploads files in the encoding the service accepts: if one is not understood, the other is tried, and the one that worked is remembered. */
import { z } from 'zod';
import type { ConnectorState } from '../../../core/connector-tools.ts';
import { MgRefused } from '../api/mg-http.ts';
import type { MgFile } from '../api/mg-shapes.ts';
import type { TransportApi } from '../api/transport-api.ts';
import { type UploadedFile, uploadBody } from '../api/upload-body.ts';
import type { MessageGatewayConfig } from '../config.ts';
import type { MgContext } from '../context.ts';

type Encoding = MessageGatewayConfig['uploadEncoding'];

const key = 'upload-encoding';

/** `insteadOf` is the setting at that time. If it has been changed since, the setting wins. */
const foundShape = z.object({ encoding: z.enum(['multipart', 'raw']), insteadOf: z.string() });

/**
 * The stored file. Throws the first refusal when neither encoding is accepted.
 *
 * @param api the Bot or the Transport API
 */
export async function uploadAsTaken(
  context: MgContext,
  file: UploadedFile,
  api: Pick<TransportApi, 'uploadFile'>,
  signal: AbortSignal,
): Promise<MgFile> {
  const { state, log } = context.tools;
  const set = context.config.uploadEncoding;
  const first = await encodingOf(state, set);
  const other = first === 'multipart' ? 'raw' : 'multipart';
  const attempt = async (encoding: Encoding): Promise<MgFile | MgRefused> => {
    try {
      return await api.uploadFile(file, encoding, signal);
    } catch (error) {
      if (error instanceof MgRefused) return error;
      throw error;
    }
  };
  const result = await attempt(first);
  if (!(result instanceof MgRefused) && !isWrapped(result, file, first)) return result;
  const second = await attempt(other);
  if (second instanceof MgRefused || isWrapped(second, file, other)) {
    if (result instanceof MgRefused) throw result;
    return result;
  }
  log('MessageGateway takes files in the other encoding; it is used from now on', { encoding: other });
  await state.put(key, { encoding: other, insteadOf: set });
  return second;
}

async function encodingOf(state: ConnectorState, set: Encoding): Promise<Encoding> {
  const found = foundShape.safeParse(await state.get(key));
  return found.success && found.data.insteadOf === set ? found.data.encoding : set;
}

/** A server that expects bare bytes stores the multipart wrapping as part of the file: it answers the size of the whole body. */
function isWrapped({ size }: MgFile, file: UploadedFile, encoding: Encoding): boolean {
  return encoding === 'multipart' && size === uploadBody(file, 'multipart').body.length;
}
