/** What a bot is: the words shared by registration, the bridge and the operator's commands. */
import { z } from 'zod';
import type { Language } from './events.ts';

/**
 * Bitrix24's bot kinds: `B` ordinary, `O` Open Channel, `S` supervisor (hears every message of the chats it sits in).
 * `H` is left out: portals store it as `B` and treat it alike.
 */
export const botTypeSchema = z.enum(['B', 'O', 'S']);
export type BotType = z.infer<typeof botTypeSchema>;

/** An app may own at most this many bots in one portal (Bitrix24's v1 documentation; newer portals allow more). */
export const maxBotsPerPortal = 5;

/** What was last carried over to the portal for a bot. What an administrator has changed there since then stays. */
export interface CarriedOver {
  /** Its name, picture and the like, as we sent them; large values by their hash. */
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
  /** Name of the brain it thinks with, for example `echo`. */
  readonly brain: string;
  /** The brain's account it uses; null for a brain that needs none. */
  readonly connectionId: string | null;
}

/** How a bot introduces itself, as it was set. */
export interface Greeting {
  /** Instead of the usual words; `{name}` stands for the bot's name. */
  readonly texts: Readonly<Partial<Record<Language, string>>>;
  readonly isOff: boolean;
  /** In an Open Channel it is left out when the brain has said something within so many seconds; 0: it always comes, at once. */
  readonly afterSeconds: number;
}
