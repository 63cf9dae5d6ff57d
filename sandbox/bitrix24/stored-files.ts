/** Files on the portal's disk: storing them and telling their kind. */
import type { PortalState, StoredFile } from './state.ts';

export interface UploadedFile {
  readonly name: string;
  readonly content: Buffer | string;
  /** Recorded in the messenger itself, as a voice message or a round video. */
  readonly isVoiceNote?: boolean;
  readonly isVideoNote?: boolean;
}

const KINDS: Readonly<Record<string, StoredFile['type']>> = {
  png: 'image',
  jpg: 'image',
  jpeg: 'image',
  gif: 'image',
  webp: 'image',
  mp4: 'video',
  webm: 'video',
  mp3: 'audio',
  ogg: 'audio',
  wav: 'audio',
};

/** Stores one file for a chat. */
export function storeFile(state: PortalState, chatId: number, authorId: number, file: UploadedFile): StoredFile {
  const extension = file.name.split('.').pop()?.toLowerCase() ?? '';
  const stored: StoredFile = {
    id: state.nextId('file'),
    chatId,
    authorId,
    name: file.name,
    type: KINDS[extension] ?? 'file',
    content: typeof file.content === 'string' ? Buffer.from(file.content, 'utf8') : file.content,
    isVoiceNote: file.isVoiceNote ?? false,
    isVideoNote: file.isVideoNote ?? false,
    date: state.now(),
  };
  state.files.set(stored.id, stored);
  return stored;
}

/** Ids of the stored files, in order. */
export function storeFiles(
  state: PortalState,
  chatId: number,
  authorId: number,
  files: readonly UploadedFile[],
): number[] {
  return files.map((file) => storeFile(state, chatId, authorId, file).id);
}
