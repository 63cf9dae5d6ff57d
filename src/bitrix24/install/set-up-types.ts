/** The input of a set-up, and its result for each bot. */
import type { BotType, SyncedState } from '../../core/bot.ts';
import type { Language } from '../../core/events.ts';
import type { Texts } from '../../core/texts.ts';

export interface WantedBot {
  readonly code: string;
  readonly type: BotType;
  readonly name: string;
  /** Its id of the last registration; null for a bot that was not registered. */
  readonly bot_id: string | null;
  readonly synced: SyncedState | null;
  /** What its brain lets employees type, besides the app's own commands. */
  readonly commands: readonly BotCommand[];
}

/** A command as the portal lists it. */
export interface BotCommand {
  readonly name: string;
  readonly title: Texts;
  readonly params: Texts;
}

export interface SetUpOptions {
  readonly portal: string;
  readonly language: Language;
  /** The one address of all events: `<PUBLIC_URL>/bitrix24/events`. */
  readonly eventUrl: string;
  /** Sent as CLIENT_ID: portals in webhook mode need it, the others ignore it. */
  readonly clientId: string;
  /** In the order of registration: Open Channel bots first (docs/platform-notes/bitrix24.md#first-bot-of-an-app), never more than five. */
  readonly bots: readonly WantedBot[];
  readonly signal: AbortSignal;
}

/** The result for a bot: its id in the portal, or why the portal refused it. */
export type BotResult =
  | { readonly code: string; readonly botId: string; readonly synced: SyncedState }
  | { readonly code: string; readonly problem: string };
