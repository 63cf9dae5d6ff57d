/** Reads the events about a bot and a chat: the bot was added to it, or a person opened the bot's private chat. */
import { languageOf } from '../../../core/language.ts';
import { type FormTree, text } from '../../../lib/form-body.ts';
import { chat, type DecodedChat, type DecodedNothing, type DialogDecoder, forListedBot, noDialog } from '../decoded.ts';
import { chatOf, paramsOf } from '../read-params.ts';

export const decodeBotJoin: DialogDecoder = forListedBot((tree, botId) => decodeBotChat(tree, botId, 'joined'));

export const decodeContextOpened: DialogDecoder = forListedBot((tree, botId) =>
  decodeBotChat(tree, botId, 'context_opened'),
);

function decodeBotChat(tree: FormTree, botId: string, type: 'joined' | 'context_opened'): DecodedChat | DecodedNothing {
  const params = paramsOf(tree);
  const place = chatOf(params, botId);
  if (place === null) return noDialog;
  return chat({ type, chat: place, language: languageOf(text(params, 'LANGUAGE')) });
}
