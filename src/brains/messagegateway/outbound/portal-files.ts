/** Carries files of Bitrix24 into MessageGateway: fetch, upload, and group them as messages can hold them. */
import type { ConversationRef } from '../../../core/connector.ts';
import { AppError } from '../../../core/errors.ts';
import type { FileRef } from '../../../core/events.ts';
import { maxItems } from '../account/channel-settings.ts';
import { uploadAsTaken } from '../account/upload-encoding.ts';
import { MgRefused } from '../api/mg-http.ts';
import type { Incoming, TransportApi } from '../api/transport-api.ts';
import type { MgContext } from '../context.ts';

/** Files of one kind that go into one message. */
export interface FileGroup {
  readonly type: 'image' | 'audio' | 'file';
  readonly items: NonNullable<Incoming['message']['items']>;
}

export interface CarriedFiles {
  readonly groups: readonly FileGroup[];
  /** Lines for the files that could not be carried, so that managers hear of them. */
  readonly named: readonly string[];
}

/** Where the bytes go: the transport's files by default; what a bot sends is uploaded by the bot. */
type Upload = TransportApi['uploadFile'];

/** Throws AppErrors that can be tried again; a file that will never come is named instead, so that its message is not lost with it. */
export async function carryFiles(
  context: MgContext,
  to: ConversationRef,
  files: readonly FileRef[],
  signal: AbortSignal,
  upload: Upload = (file, encoding, until) => context.apis.transport.uploadFile(file, encoding, until),
): Promise<CarriedFiles> {
  const groups: { type: FileGroup['type']; items: { id: string; caption: string }[] }[] = [];
  const named: string[] = [];
  for (const file of files) {
    const id = await carry(context, to, file, signal, upload);
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

/** The id of the uploaded file, or null when it can never be had or taken. */
async function carry(
  context: MgContext,
  to: ConversationRef,
  file: FileRef,
  signal: AbortSignal,
  upload: Upload,
): Promise<string | null> {
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
    return (await uploadAsTaken(context, { name: file.name, bytes }, upload, signal)).id;
  } catch (error) {
    if (!(error instanceof MgRefused)) throw error;
    tools.log('MessageGateway did not take a file; it is named instead', { file: file.id });
    return null;
  }
}

function lineOf(file: FileRef): string {
  const size = file.size === null ? '' : ` (${(file.size / 1024 / 1024).toFixed(1)} MB)`;
  return `📎 ${file.name}${size}`;
}
