/** Translates ONIMCOMMANDADD: the commands of one bot in a message, and the text beside them. */

import type { Chat, PortalEvent } from '../../../core/events.ts';
import { languageOf } from '../../../core/language.ts';
import { withoutJoiners } from '../../../core/markup/bb-escape.ts';
import { branch, type FormTree, text } from '../../../lib/form-body.ts';
import { hasMention, plainText, withoutMention } from '../../formatting/bb-code.ts';
import { type DialogDecoder, noDialog, notForThisBot, toldWithFirstCommand } from '../decoded.ts';
import {
  authorOf,
  chatOf,
  entriesOf,
  isHiddenNote,
  type LaneBot,
  paramsOf,
  quoteOf,
  sentAtOf,
} from '../read-params.ts';

type CommandEvent = PortalEvent & { type: 'command' };

/** The portal reads at most this many commands from one message. */
const maxCommands = 10;

export const decodeCommand: DialogDecoder = (tree, bot) => {
  const place = chatOf(paramsOf(tree), bot.id ?? '');
  if (place === null) return noDialog;
  if (
    branch(tree, 'data', 'command') !== undefined &&
    Object.keys(branch(tree, 'data', 'COMMAND') ?? {}).length === 0
  ) {
    return toldWithFirstCommand;
  }
  const events = commandsOf(tree, place, bot);
  return events.length === 0 ? notForThisBot : { kind: 'chat', events };
};

/** The bot's commands in the order of the event; the other text lines are attached to the last one. Empty: no command is this bot's. */
function commandsOf(tree: FormTree, place: Chat, bot: LaneBot): CommandEvent[] {
  const params = paramsOf(tree);
  const commands = branch(tree, 'data', 'COMMAND') ?? {};
  const all = Object.keys(commands);
  const own = entriesOf(commands, bot).slice(0, maxCommands);
  const names = new Set(all.map((id) => nameOf(commands, id)));
  const raw = text(params, 'MESSAGE') ?? '';
  const botId = own.map((id) => text(commands, id, 'BOT_ID') ?? '').find((id) => id !== '') ?? bot.id ?? '';
  const rest = plainText(withoutMention(withoutCommandLines(raw, names), botId)).trim();
  const author = authorOf(tree, params, place);
  // Several events of one message must not look like the same message twice: the first one that reaches a brain keeps the message's own id.
  const heard = rest === '' ? 0 : own.length - 1;
  return own.map((id, index): CommandEvent => {
    const isLast = index === own.length - 1;
    const name = nameOf(commands, id);
    const given = withoutJoiners(text(commands, id, 'COMMAND_PARAMS') ?? '');
    const via = viaOf(text(commands, id, 'COMMAND_CONTEXT'));
    const messageId = text(commands, id, 'MESSAGE_ID') ?? text(params, 'MESSAGE_ID') ?? '';
    return {
      type: 'command',
      command: name,
      params: given,
      messageId: index === heard ? messageId : `${messageId}.c${index}`,
      via,
      text: `/${name} ${given}`.trim(),
      ...(isLast && rest !== '' && via === 'text' ? { restText: rest } : {}),
      mentionsBot: place.kind !== 'group' || hasMention(raw, botId),
      ...(isHiddenNote(params, author, place) ? { isHidden: true } : {}),
      author,
      chat: place,
      language: languageOf(text(params, 'LANGUAGE')),
      sentAt: sentAtOf(tree),
      quoteOf: quoteOf(params),
    };
  });
}

function nameOf(commands: FormTree, id: string): string {
  return (text(commands, id, 'COMMAND') ?? '').replace(/^\//, '');
}

function viaOf(context: string | undefined): CommandEvent['via'] {
  if (context === 'KEYBOARD') return 'keyboard';
  return context === 'MENU' ? 'menu' : 'text';
}

/** The message without the text lines that are commands. The portal distinguishes upper and lower case. */
function withoutCommandLines(message: string, names: ReadonlySet<string>): string {
  return message
    .split('\n')
    .filter((line) => !(line.startsWith('/') && names.has((line.slice(1).split(' ', 1)[0] ?? '').trim())))
    .join('\n');
}
