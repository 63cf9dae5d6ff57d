/** Reads the events about a message: written, edited, deleted. */
import { languageOf } from '../../../core/texts.ts';
import { type FormTree, text } from '../../../lib/form-body.ts';
import { plainText, withoutMention } from '../../formatting/bb-code.ts';
import { chat, type DialogDecoder, forListedBot, noDialog } from '../decoded.ts';
import { authorOf, chatOf, filesOf, isMentioned, paramsOf, quoteOf, sentAtOf } from '../read-params.ts';

export const decodeMessageAdd: DialogDecoder = forListedBot((tree, botId) => {
  const params = paramsOf(tree);
  const place = chatOf(params);
  if (place === null) return noDialog;
  const cut = text(params, 'MESSAGE') ?? '';
  const raw = place.kind === 'group' ? (text(params, 'MESSAGE_ORIGINAL') ?? cut) : cut;
  return chat({
    type: 'message',
    messageId: text(params, 'MESSAGE_ID') ?? '',
    text: plainText(place.kind === 'group' ? withoutMention(raw, botId) : raw).trim(),
    ...(place.kind === 'line' ? lineMarks(params, cut) : {}),
    author: authorOf(tree, params, place),
    chat: place,
    mentionsBot: place.kind !== 'group' || isMentioned(params, botId),
    files: filesOf(params),
    language: languageOf(text(params, 'LANGUAGE')),
    sentAt: sentAtOf(tree),
    quoteOf: quoteOf(params),
  });
});

/**
 * What only messages of an Open Channel have. The portal ends the bot's session on a single `0`, whoever of the chat wrote it, and hides
 * from the customer what is marked silent or was written in the silent mode of the chat.
 */
function lineMarks(params: FormTree, message: string): { isHidden: boolean; callsPerson: boolean } {
  const isSilent = text(params, 'SILENT_CONNECTOR') === 'Y' || text(params, 'CHAT_ENTITY_DATA_3') === 'Y';
  return {
    isHidden: isSilent && text(params, 'IMPORTANT_CONNECTOR') !== 'Y',
    callsPerson: message.trim() === '0',
  };
}

export const decodeMessageUpdate: DialogDecoder = forListedBot((tree, botId) => {
  const params = paramsOf(tree);
  const place = chatOf(params);
  if (place === null) return noDialog;
  const raw = text(params, 'MESSAGE_ORIGINAL') ?? text(params, 'MESSAGE') ?? '';
  return chat({
    type: 'message_edited',
    messageId: text(params, 'MESSAGE_ID') ?? text(params, 'ID') ?? '',
    text: plainText(withoutMention(raw, botId)).trim(),
    author: authorOf(tree, params, place),
    chat: place,
    mentionsBot: place.kind !== 'group' || isMentioned(params, botId),
    language: languageOf(text(params, 'LANGUAGE')),
    sentAt: sentAtOf(tree),
  });
});

export const decodeMessageDelete: DialogDecoder = forListedBot((tree) => {
  const params = paramsOf(tree);
  const place = chatOf(params);
  if (place === null) return noDialog;
  return chat({
    type: 'message_deleted',
    messageId: text(params, 'MESSAGE_ID') ?? text(params, 'ID') ?? '',
    author: authorOf(tree, params, place),
    chat: place,
  });
});
