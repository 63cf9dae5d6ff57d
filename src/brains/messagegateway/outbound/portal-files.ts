/** Copies files of Bitrix24 to MessageGateway, and groups them into messages. */
import type { ConversationRef } from '../../../core/connector.ts';
import { AppError } from '../../../core/errors.ts';
import type { FileRef } from '../../../core/events.ts';
import { uploadAsTaken } from '../account/upload-encoding.ts';
import { MgRefused } from '../api/mg-http.ts';
import type { TransportApi } from '../api/transport-api.ts';
import { maxItems } from '../channels/channel-settings.ts';
import type { MgContext } from '../context.ts';

/** Files of one kind that go into one message. */
export interface FileGroup {
  readonly type: 'image' | 'audio' | 'file';
  readonly items: readonly { readonly id: string; readonly caption: string }[];
}

export interface UploadedFiles {
  readonly groups: readonly FileGroup[];
  /** A line for each file that could not be uploaded, for the text of the message. */
  readonly named: readonly string[];
}

/** Where files are uploaded to. */
export interface UploadTarget {
  readonly context: MgContext;
  /** The conversation the files come from. */
  readonly to: ConversationRef;
  /** The API that takes the bytes: the Transport API for messages of customers, the Bot API for those of our bot. */
  readonly api: Pick<TransportApi, 'uploadFile'>;
  readonly signal: AbortSignal;
}

/**
 * Throws AppErrors that can be tried again. A file that can never be fetched or is not accepted is named instead, so that the message
 * still goes out.
 */
export async function uploadFiles(target: UploadTarget, files: readonly FileRef[]): Promise<UploadedFiles> {
  const groups: { type: FileGroup['type']; items: { id: string; caption: string }[] }[] = [];
  const named: string[] = [];
  for (const file of files) {
    const id = await uploadFile(target, file);
    if (id === null) {
      named.push(lineOf(file));
      continue;
    }
    const type = file.kind === 'image' || file.kind === 'audio' ? file.kind : 'file';
    const open = groups.find((group) => group.type === type && group.items.length < maxItems);
    const item = { id, caption: file.name.slice(0, 1024) || id };
    if (open === undefined) groups.push({ type, items: [item] });
    else open.items.push(item);
  }
  return { groups, named };
}

/** The id of the uploaded file; null when it can never be fetched or is not accepted. */
async function uploadFile({ context, to, api, signal }: UploadTarget, file: FileRef): Promise<string | null> {
  const { config, tools } = context;
  const limit = config.maxFileMegabytes * 1024 * 1024;
  if (file.size !== null && file.size > limit) return null;
  let bytes: Buffer;
  try {
    bytes = await tools.openPortalFile(to, file, signal);
  } catch (error) {
    if (!(error instanceof AppError) || error.retry !== 'never') throw error;
    tools.log('a file could not be fetched from Bitrix24 and is named instead', { file: file.id, reason: error.code });
    return null;
  }
  if (bytes.length === 0 || bytes.length > limit) return null;
  try {
    return (await uploadAsTaken(context, { name: file.name, bytes }, api, signal)).id;
  } catch (error) {
    if (!(error instanceof MgRefused)) throw error;
    tools.log('MessageGateway refused a file; it is named instead', { file: file.id });
    return null;
  }
}

function lineOf(file: FileRef): string {
  const size = file.size === null ? '' : ` (${(file.size / 1024 / 1024).toFixed(1)} MB)`;
  return `📎 ${file.name}${size}`;
}
