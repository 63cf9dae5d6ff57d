/** What a bot is: terms shared by registration, the bridge and the command line. */
import { z } from 'zod';
import type { Language } from './language.ts';

/**
 * Bitrix24's bot types: `B` ordinary, `O` Open Channel, `S` supervisor (receives every message of its chats), `P` personal assistant
 * (receives every message of its chats too; `imbot.v2` only). `H` is left out: portals store it as `B` and treat it alike.
 */
export const botTypeSchema = z.enum(['B', 'O', 'S', 'P']);
export type BotType = z.infer<typeof botTypeSchema>;

/** Bitrix24's colours of people and bots. */
export const botColors = [
  'RED',
  'GREEN',
  'MINT',
  'LIGHT_BLUE',
  'DARK_BLUE',
  'PURPLE',
  'AQUA',
  'PINK',
  'LIME',
  'BROWN',
  'AZURE',
  'KHAKI',
  'SAND',
  'MARENGO',
  'GRAY',
  'GRAPHITE',
] as const;
export type BotColor = (typeof botColors)[number];

/** An app may own at most this many bots in one portal (Bitrix24's v1 documentation; newer portals allow more). */
export const maxBotsPerPortal = 5;

/** What was last sent to the portal for a bot. Values that an administrator has changed in the portal since then are kept. */
export interface SyncedState {
  /** Its name, picture and so on, as we sent them; large values as a hash. */
  readonly profile: Readonly<Record<string, string>>;
  /** Its commands by name. */
  readonly commands: Readonly<Record<string, { readonly id: string; readonly titles: string }>>;
}

export interface Bot {
  readonly code: string;
  /** The portal's id of the bot user; null until it is registered there. */
  readonly botId: string | null;
  readonly type: BotType;
  readonly name: string;
  /** Name of the brain that answers for the bot, for example `echo`. */
  readonly brain: string;
  /** The connection to the brain; null for a brain that needs none. */
  readonly connectionId: string | null;
}

/** How a bot introduces itself, as configured. */
export interface Greeting {
  /** Replaces the default text; `{name}` stands for the bot's name. */
  readonly texts: Readonly<Partial<Record<Language, string>>>;
  readonly isOff: boolean;
  /** In an Open Channel the greeting is omitted if the brain sends a message within this many seconds; 0: it is always sent, at once. */
  readonly afterSeconds: number;
}

/** What a bot for which nobody answers tells customers, as configured; languages without a text get the app's own words. */
export interface Unanswered {
  readonly texts: Readonly<Partial<Record<Language, string>>>;
}
