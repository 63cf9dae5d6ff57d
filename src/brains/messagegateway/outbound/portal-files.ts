/** Copies files of Bitrix24 to MessageGateway, and groups them into messages. */
import type { ConversationRef } from '../../../core/connector.ts';
import { AppError, BadInput } from '../../../core/errors.ts';
import type { FileRef } from '../../../core/events.ts';
import type { OpenedFile } from '../../../core/opened-file.ts';
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
 * Throws AppErrors that can be tried again. A file that can never be fetched or is not accepted is listed in `named`, so that the
 * message still goes out.
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
  const closing = new AbortController();
  const until = AbortSignal.any([signal, closing.signal]);
  let lost: unknown = null;
  const open = async (): Promise<OpenedFile> => {
    try {
      const content = limited(await tools.openPortalFile(to, file, until), limit, (error) => {
        lost = error;
      });
      return content;
    } catch (error) {
      lost = error;
      throw error;
    }
  };
  try {
    return (await uploadAsTaken(context, { name: file.name, kind: file.kind, open }, api, signal)).id;
  } catch (error) {
    if (error instanceof MgRefused) {
      tools.log('MessageGateway refused a file; it is named instead', { file: file.id });
      return null;
    }
    if (!(lost instanceof AppError) || lost.retry !== 'never') throw error;
    tools.log('a file could not be fetched from Bitrix24 and is named instead', { file: file.id, reason: lost.code });
    return null;
  } finally {
    closing.abort();
  }
}

/** Throws for a file that is empty or longer than the limit, at once if its size is known. Errors while reading go to `onError`. */
function limited(content: OpenedFile, limit: number, onError: (error: unknown) => void): OpenedFile {
  if (content.size === 0 || (content.size !== null && content.size > limit)) throw unfit();
  async function* watched(): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    try {
      for await (const piece of content.stream) {
        bytes += piece.length;
        if (bytes > limit) throw unfit();
        yield piece;
      }
      if (bytes === 0) throw unfit();
    } catch (error) {
      onError(error);
      throw error;
    }
  }
  return { ...content, stream: watched() };
}

function unfit(): BadInput {
  const message = 'the file is empty or larger than MessageGateway takes';
  return new BadInput({ code: 'messagegateway.file_unfit', message });
}

function lineOf(file: FileRef): string {
  const size = file.size === null ? '' : ` (${(file.size / 1024 / 1024).toFixed(1)} MB)`;
  return `📎 ${file.name}${size}`;
}
