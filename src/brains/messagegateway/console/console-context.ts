/** What the brain hands to the supervisor's console. Besides this the console uses nothing of the brain but the API client in `api/`. */
import type { ConversationRef } from '../../../core/connector.ts';
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import type { Card, FileRef } from '../../../core/events.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { BotApi, BotInfo, BotMessage } from '../api/bot-api.ts';
import type { OrderData, ProductData } from '../api/webhook-shapes.ts';

export interface ConsoleContext {
  readonly settings: ConsoleSettings;
  readonly language: 'ru' | 'en';
  readonly bot: BotApi;
  /** MessageGateway's id of our bot. */
  readonly botId: number;
  readonly tools: Pick<ConnectorTools, 'state' | 'log' | 'portalUser' | 'portalInfo'>;
  readonly clock: Clock;
  readonly overrides: BotOverrides;
  /** A text of MessageGateway as people are to read it: unescaped where the account escapes texts. */
  readText(text: string): string;
  /** Whether the bot itself needs the command, so that nobody may replace it. */
  isOwnCommand(name: string): boolean;
  /** The product or order of a message as a card; none for other messages. */
  cardsOf(message: CardData): readonly Card[];
  /** A card as text, for messengers that show no cards. */
  cardText(card: Card): string;
  /** The id under which the connector opens a file that only the Bot API knows. */
  fileId(botFileId: string): string;
  /** Uploads files of Bitrix24 for a message of the bot. Throws AppErrors that can be tried again; `named` lists files that failed. */
  uploadFiles(to: ConversationRef, files: readonly FileRef[], signal: AbortSignal): Promise<UploadedFiles>;
}

/** The `console` settings of a connection. */
export interface ConsoleSettings {
  readonly groups: 'supervisors' | 'all' | 'none';
  readonly privateBots: readonly string[];
  readonly employees: readonly string[];
  readonly overheard: 'drop' | 'note';
  readonly showStaffTalk: boolean;
}

/** The parts of a message that become a card. */
export interface CardData {
  readonly type?: string | null | undefined;
  readonly product?: ProductData | null | undefined;
  readonly order?: OrderData | null | undefined;
}

/** Files of one kind, which go out as one message. */
export interface FileGroup {
  readonly type: 'image' | 'audio' | 'file';
  readonly items: NonNullable<BotMessage['items']>;
}

export interface UploadedFiles {
  readonly groups: readonly FileGroup[];
  /** A line for each file that could not be uploaded. */
  readonly named: readonly string[];
}

/** A command that an employee made in the console. */
export interface MadeCommand {
  readonly description: string;
  /** The console line it runs in the chat where it is typed; null: it was made without one (`made-commands.ts`). */
  readonly line: string | null;
  /** The ref of the console conversation in which it was made. */
  readonly ref: string | null;
}

/** What employees have set for the bot in the console. Joining the connection again keeps it. */
export interface BotOverrides {
  setInfo(info: BotInfo): Promise<void>;
  setCommand(name: string, command: MadeCommand): Promise<void>;
  deleteCommand(name: string): Promise<void>;
  /** Reads from memory, not from the database. */
  commands(): Promise<ReadonlyMap<string, MadeCommand>>;
}
