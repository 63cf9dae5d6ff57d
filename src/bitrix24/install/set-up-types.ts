/** The input of a set-up, and its result for each bot. */
import type { BotColor, BotType, SyncedState } from '../../core/bot.ts';
import type { EventApi } from '../../core/event-api.ts';
import type { Language } from '../../core/language.ts';
import type { Texts } from '../../core/texts.ts';

export interface WantedBot {
  readonly code: string;
  readonly type: BotType;
  readonly name: string;
  /** Null: the usual one of its type; the same goes for the picture. */
  readonly color: BotColor | null;
  /** PNG. */
  readonly picture: Buffer | null;
  /** Chooses among the usual pictures of its type. */
  readonly picture_number: number;
  /** The language of its profile; null: the portal's. */
  readonly language: Language | null;
  /** Its id from the last registration; null if it was never registered. */
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
  /** Sent as CLIENT_ID: portals in webhook mode need it, others ignore it. */
  readonly clientId: string;
  /** How events are to arrive. */
  readonly wantedApi: EventApi | 'auto';
  /** How they arrived before; null: the portal is set up for the first time. */
  readonly formerApi: EventApi | null;
  /** Somebody asked for another API than before. */
  readonly isChange: boolean;
  /** False where Bitrix24 cannot call `eventUrl`. */
  readonly isReachable: boolean;
  readonly polling: EventPolling;
  /** The longest that a posted event is on its way; absent: as production assumes. */
  readonly underwaySeconds?: number | undefined;
  /** In the order of registration: Open Channel bots first (docs/platform-notes/bitrix24.md#first-bot-of-an-app), never more than five. */
  readonly bots: readonly WantedBot[];
  readonly signal: AbortSignal;
}

/** A bot whose events are polled. */
export interface PolledBot {
  readonly code: string;
  readonly botId: string;
}

/** How a set-up handles the events that a portal keeps for polling. */
export interface EventPolling {
  /** Starts polling the portal after this many seconds. If called again, they count from the last call. */
  begin(afterSeconds: number): Promise<void>;
  /**
   * Fetches and stores the events that the portal keeps for the bot, until a page is not full; first waits until the portal may be polled.
   * Returns the offset of that page.
   */
  drain(bot: PolledBot): Promise<number>;
  /** Holds back events that the portal posts from now on, until `release` or for a minute and a half. */
  hold(): Promise<void>;
  release(): Promise<void>;
  /** Stores the events in an answer to `imbot.v2.Event.get`. @param offset the offset sent with the request */
  store(answer: unknown, offset: number): Promise<void>;
  /** All bots have changed over to posted events: from now on the portal is polled for a short time only. */
  end(eventApi: EventApi): Promise<void>;
}

/** The result for a bot: its id in the portal, or why the portal refused it. */
export type BotResult =
  | { readonly code: string; readonly botId: string; readonly synced: SyncedState }
  | { readonly code: string; readonly problem: string };
