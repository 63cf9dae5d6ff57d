/** Reads the events about a bot and a chat: the bot was added to it, or a person opened the bot's private chat. */

import { contextDataOf } from '../../../core/context-data.ts';
import { languageOf } from '../../../core/language.ts';
import { type FormTree, text } from '../../../lib/form-body.ts';
import { chat, type DialogDecoder, forListedBot, noDialog } from '../decoded.ts';
import { authorOf, chatOf, paramsOf } from '../read-params.ts';

export const decodeBotJoin: DialogDecoder = forListedBot((tree, botId) => {
  const params = paramsOf(tree);
  const place = chatOf(params, botId);
  if (place === null) return noDialog;
  return chat({ type: 'joined', chat: place, language: languageOf(text(params, 'LANGUAGE')) });
});

export const decodeContextOpened: DialogDecoder = forListedBot((tree, botId) => {
  const params = paramsOf(tree);
  const place = chatOf(params, botId);
  if (place === null) return noDialog;
  const author = authorOf(tree, params, place);
  const context = contextDataOf(contextOf(params));
  return chat({
    type: 'context_opened',
    chat: place,
    language: languageOf(text(params, 'LANGUAGE')),
    ...(author.kind === 'system' ? {} : { author }),
    ...(Object.keys(context).length === 0 ? {} : { context }),
  });
});

/** The first API's documentation does not name the parameter (docs/platform-notes/bitrix24.md#context-links). */
function contextOf(params: FormTree): unknown {
  return params['CONTEXT'] ?? params['context'];
}
