/** Translates a stored Bitrix24 event (API v1) into the app's events. Pure; every field may be missing and every value is text. */

import { languageOf } from '../../core/bot-texts.ts';
import type { AppEvent, PortalEvent } from '../../core/events.ts';
import { branch, type FormTree, parseForm, text } from '../../lib/form-body.ts';
import { plainText, withoutMention } from '../formatting/bb-code.ts';
import { decodeCommands } from './decode-command.ts';
import {
  authorOf,
  botIdOf,
  chatOf,
  filesOf,
  isHiddenNote,
  isMentioned,
  isYes,
  type LaneBot,
  otherBotLeads,
  paramsOf,
  quoteOf,
  sentAtOf,
} from './read-params.ts';

export type Decoded =
  /** In the order of processing; more than one for a message with several commands. */
  | { readonly kind: 'chat'; readonly events: readonly PortalEvent[] }
  | { readonly kind: 'app'; readonly event: AppEvent }
  | { readonly kind: 'nothing'; readonly reason: 'unknown_event' | 'no_dialog' | 'not_for_this_bot' };

/** A decoder per event name. A new event costs one entry. */
const decoders: Readonly<Record<string, (tree: FormTree, bot: LaneBot) => Decoded>> = {
  ONIMBOTMESSAGEADD: forNamedBot(onMessageAdd),
  ONIMBOTMESSAGEUPDATE: forNamedBot(onMessageUpdate),
  ONIMBOTMESSAGEDELETE: forNamedBot(onMessageDelete),
  ONIMBOTJOINCHAT: forNamedBot((tree, botId) => onBotProfile(tree, botId, 'joined')),
  ONIMBOTCONTEXTGET: forNamedBot((tree, botId) => onBotProfile(tree, botId, 'context_opened')),
  ONIMCOMMANDADD: onCommand,
  ONIMBOTDELETE: (tree) => app({ type: 'bot_deleted', botId: text(tree, 'data', 'BOT_ID') ?? '' }),
  ONAPPINSTALL: () => app({ type: 'app_updated' }),
  ONAPPUPDATE: () => app({ type: 'app_updated' }),
  ONAPPUNINSTALL: (tree) => app({ type: 'app_uninstalled', clean: isYes(text(tree, 'data', 'CLEAN')) }),
  ONAPPPAYMENT: (tree) => app({ type: 'app_payment', expired: isYes(text(tree, 'data', 'PAYMENT_EXPIRED')) }),
};

/** @param bot the bot of the event's lane; without a code for events that concern no bot */
export function decodeEvent(body: Buffer, bot: LaneBot): Decoded {
  const tree = parseForm(body);
  const decoder = decoders[(text(tree, 'event') ?? '').toUpperCase()];
  return decoder === undefined ? { kind: 'nothing', reason: 'unknown_event' } : decoder(tree, bot);
}

function app(event: AppEvent): Decoded {
  return { kind: 'app', event };
}

function chat(event: PortalEvent): Decoded {
  return { kind: 'chat', events: [event] };
}

const noDialog: Decoded = { kind: 'nothing', reason: 'no_dialog' };
const notForThisBot: Decoded = { kind: 'nothing', reason: 'not_for_this_bot' };

/** An event that names other bots but not this one is ignored: a bot must not receive another bot's messages. */
function forNamedBot(decode: (tree: FormTree, botId: string) => Decoded) {
  return (tree: FormTree, bot: LaneBot): Decoded => {
    const botId = botIdOf(tree, bot);
    return botId === null && branch(tree, 'data', 'BOT') !== undefined ? notForThisBot : decode(tree, botId ?? '');
  };
}

function onMessageAdd(tree: FormTree, botId: string): Decoded {
  const params = paramsOf(tree);
  const place = chatOf(params, botId);
  if (place === null) return noDialog;
  const author = authorOf(tree, params, place);
  const cut = text(params, 'MESSAGE') ?? '';
  const raw = place.kind === 'group' ? (text(params, 'MESSAGE_ORIGINAL') ?? cut) : cut;
  return chat({
    type: 'message',
    messageId: text(params, 'MESSAGE_ID') ?? '',
    text: plainText(place.kind === 'group' ? withoutMention(raw, botId) : raw).trim(),
    ...(place.kind === 'line'
      ? {
          isHidden: isHiddenNote(params, author, place),
          callsPerson: callsPerson(cut),
          ...(otherBotLeads(tree, place) ? { otherBotLeads: true } : {}),
        }
      : {}),
    author,
    chat: place,
    mentionsBot: place.kind !== 'group' || isMentioned(params, botId),
    files: filesOf(params),
    language: languageOf(text(params, 'LANGUAGE')),
    sentAt: sentAtOf(tree),
    quoteOf: quoteOf(params),
  });
}

/**
 * The portal ends the bot's session in an Open Channel at a single `0`, whoever in the chat wrote it. The whitespace that PHP trims may
 * surround it.
 */
function callsPerson(message: string): boolean {
  return /^[ \t\n\r\0\v]*0[ \t\n\r\0\v]*$/.test(message);
}

function onMessageUpdate(tree: FormTree, botId: string): Decoded {
  const params = paramsOf(tree);
  const place = chatOf(params, botId);
  if (place === null) return noDialog;
  const author = authorOf(tree, params, place);
  const raw = text(params, 'MESSAGE_ORIGINAL') ?? text(params, 'MESSAGE') ?? '';
  return chat({
    type: 'message_edited',
    messageId: text(params, 'MESSAGE_ID') ?? text(params, 'ID') ?? '',
    text: plainText(withoutMention(raw, botId)).trim(),
    author,
    chat: place,
    mentionsBot: place.kind !== 'group' || isMentioned(params, botId),
    language: languageOf(text(params, 'LANGUAGE')),
    sentAt: sentAtOf(tree),
    ...(isHiddenNote(params, author, place) ? { isHidden: true } : {}),
  });
}

function onMessageDelete(tree: FormTree, botId: string): Decoded {
  const params = paramsOf(tree);
  const place = chatOf(params, botId);
  if (place === null) return noDialog;
  const author = authorOf(tree, params, place);
  return chat({
    type: 'message_deleted',
    messageId: text(params, 'MESSAGE_ID') ?? text(params, 'ID') ?? '',
    author,
    chat: place,
    ...(isHiddenNote(params, author, place) ? { isHidden: true } : {}),
  });
}

function onBotProfile(tree: FormTree, botId: string, type: 'joined' | 'context_opened'): Decoded {
  const params = paramsOf(tree);
  const place = chatOf(params, botId);
  if (place === null) return noDialog;
  return chat({ type, chat: place, language: languageOf(text(params, 'LANGUAGE')) });
}

function onCommand(tree: FormTree, bot: LaneBot): Decoded {
  const params = paramsOf(tree);
  const place = chatOf(params, bot.id ?? '');
  if (place === null) return noDialog;
  const events = decodeCommands(tree, place, bot);
  return events.length === 0 ? notForThisBot : { kind: 'chat', events };
}
