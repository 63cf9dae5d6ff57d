/** Reads ONIMBOTV2REACTIONCHANGE: a person put a reaction on a message of the bot, or took it back. The first API does not report reactions. */
import { knownReactions } from '../../../core/reactions.ts';
import { text } from '../../../lib/form-body.ts';
import { reactionCodes } from '../../formatting/reactions.ts';
import { chat, type DialogDecoder, forListedBot, noDialog } from '../decoded.ts';
import { authorOf, chatOf, paramsOf, sentAtOf } from '../read-params.ts';

export const decodeReaction: DialogDecoder = forListedBot((tree, botId) => {
  const params = paramsOf(tree);
  const place = chatOf(params, botId);
  if (place === null) return noDialog;
  const code = text(tree, 'data', 'reaction') ?? '';
  return chat({
    type: 'reaction_changed',
    messageId: text(params, 'MESSAGE_ID') ?? '',
    reaction: knownReactions.find((known) => reactionCodes[known] === code) ?? null,
    isOn: text(tree, 'data', 'action') !== 'delete',
    author: authorOf(tree, params, place),
    chat: place,
    sentAt: sentAtOf(tree),
  });
});
