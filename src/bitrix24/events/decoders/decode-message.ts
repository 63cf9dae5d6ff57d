/** Reads the events about a message: written, edited, deleted. */
import { languageOf } from '../../../core/language.ts';
import { text } from '../../../lib/form-body.ts';
import { readWords, withoutMention } from '../../formatting/bb-code.ts';
import { chat, type DialogDecoder, forListedBot, noDialog } from '../decoded.ts';
import {
  authorOf,
  chatOf,
  filesOf,
  isHiddenNote,
  isMentioned,
  otherBotLeads,
  paramsOf,
  quoteOf,
  sentAtOf,
} from '../read-params.ts';

export const decodeMessageAdd: DialogDecoder = forListedBot((tree, botId) => {
  const params = paramsOf(tree);
  const place = chatOf(params, botId);
  if (place === null) return noDialog;
  const author = authorOf(tree, params, place);
  const cut = text(params, 'MESSAGE') ?? '';
  const raw = place.kind === 'group' ? (text(params, 'MESSAGE_ORIGINAL') ?? cut) : cut;
  return chat({
    type: 'message',
    messageId: text(params, 'MESSAGE_ID') ?? '',
    ...readWords(place.kind === 'group' ? withoutMention(raw, botId) : raw),
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
});

/** The portal ends the bot's session on a single `0` in an Open Channel, no matter who wrote it. PHP's `trim` decides which blanks may surround it. */
function callsPerson(message: string): boolean {
  return /^[ \t\n\r\0\v]*0[ \t\n\r\0\v]*$/.test(message);
}

export const decodeMessageUpdate: DialogDecoder = forListedBot((tree, botId) => {
  const params = paramsOf(tree);
  const place = chatOf(params, botId);
  if (place === null) return noDialog;
  const author = authorOf(tree, params, place);
  const raw = text(params, 'MESSAGE_ORIGINAL') ?? text(params, 'MESSAGE') ?? '';
  return chat({
    type: 'message_edited',
    messageId: text(params, 'MESSAGE_ID') ?? text(params, 'ID') ?? '',
    ...readWords(withoutMention(raw, botId)),
    author,
    chat: place,
    mentionsBot: place.kind !== 'group' || isMentioned(params, botId),
    language: languageOf(text(params, 'LANGUAGE')),
    sentAt: sentAtOf(tree),
    ...(isHiddenNote(params, author, place) ? { isHidden: true } : {}),
  });
});

export const decodeMessageDelete: DialogDecoder = forListedBot((tree, botId) => {
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
});
