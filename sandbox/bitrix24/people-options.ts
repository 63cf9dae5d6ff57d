/** Options for the people of a portal and for what they write. */
import type { UploadedFile } from './stored-files.ts';

export interface Written {
  readonly messageId: number;
  /** The dialog's id as the app's bots see it. */
  readonly dialogId: string;
  readonly chatId: number;
}

export interface WriteOptions {
  readonly files?: readonly UploadedFile[];
  /** Id of the message that is quoted. */
  readonly quoteOf?: number;
  /** In an Open Channel: a note among operators, which the client does not see. */
  readonly isHidden?: boolean;
}

export interface NewEmployee {
  readonly name: string;
  readonly admin?: boolean;
  /** May change the settings of Open Channels without being an administrator. */
  readonly mayEditLines?: boolean;
  readonly email?: string;
  readonly extranet?: boolean;
  readonly gender?: 'M' | 'F';
  /** Null: events do not have the field. */
  readonly workPosition?: string | null;
}

export interface NewLine {
  readonly name: string;
  readonly botId?: number;
  readonly botCode?: string;
  readonly join?: 'first' | 'always';
  readonly time?: number;
  readonly left?: 'queue' | 'close';
  /** Employees of the queue. */
  readonly queue?: readonly number[];
}

export interface NewClient {
  readonly name: string;
  readonly lineId: number;
  readonly connector?: string;
  readonly email?: string;
  readonly profile?: { readonly avatar?: string; readonly phone?: string; readonly website?: string };
}

export interface NewGroup {
  readonly title: string;
  readonly ownerId: number;
  readonly memberIds?: readonly number[];
  readonly botIds?: readonly number[];
  readonly type?: 'C' | 'O';
  /** Groups that are created in the current interface have THREAD. */
  readonly entityType?: string | null;
}
