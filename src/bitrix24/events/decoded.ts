/** What a stored Bitrix24 event turns out to be, and the small parts all decoders share. */
import type { AppEvent, PortalEvent } from '../../core/events.ts';
import { branch, type FormTree } from '../../lib/form-body.ts';
import { botIdOf, type LaneBot } from './read-params.ts';

export interface DecodedChat {
  readonly kind: 'chat';
  /** In the order in which they are processed; more than one for a message that holds several commands. */
  readonly events: readonly PortalEvent[];
}

/** Why nothing follows from an event; the worker stores it as the outcome `ignored_<reason>`. */
export interface DecodedNothing {
  readonly kind: 'nothing';
  readonly reason: 'unknown_event' | 'no_dialog' | 'not_for_this_bot' | 'told_with_first_command';
}

export type Decoded = DecodedChat | { readonly kind: 'app'; readonly event: AppEvent } | DecodedNothing;

/** Reads an event of a dialog for the bot whose lane it is in. Pure; any field may be missing, and every value is text. */
export type DialogDecoder = (tree: FormTree, bot: LaneBot) => DecodedChat | DecodedNothing;

/** Reads an event about the app as a whole. Pure; any field may be missing, and every value is text. */
export type AppDecoder = (tree: FormTree) => AppEvent;

export const noDialog: DecodedNothing = { kind: 'nothing', reason: 'no_dialog' };
/** `imbot.v2` sends an event for each command of a message; the first one's event stands for all. */
export const toldWithFirstCommand: DecodedNothing = { kind: 'nothing', reason: 'told_with_first_command' };
export const notForThisBot: DecodedNothing = { kind: 'nothing', reason: 'not_for_this_bot' };

export function chat(event: PortalEvent): DecodedChat {
  return { kind: 'chat', events: [event] };
}

/**
 * For events that list their bots in `data[BOT]`: hands the decoder the id of the lane's bot, and returns `not_for_this_bot` for an event
 * that lists other bots but not this one, so that no bot ever gets a message sent only to another bot.
 */
export function forListedBot(decode: (tree: FormTree, botId: string) => DecodedChat | DecodedNothing): DialogDecoder {
  return (tree, bot) => {
    const botId = botIdOf(tree, bot);
    return botId === null && branch(tree, 'data', 'BOT') !== undefined ? notForThisBot : decode(tree, botId ?? '');
  };
}
