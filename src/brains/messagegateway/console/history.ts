/** The last messages of a chat as lines of text. */

import type { MgChat, MgMessage } from '../api/mg-shapes.ts';
import { parseMgTime } from '../api/mg-time.ts';
import { readPages } from '../api/pages.ts';
import { type Command, type CommandRequest, commandButton } from './command-request.ts';
import { namedChat, titleOf } from './find-chat.ts';

/** At most this many messages of one chat are read. It is not documented whether a list begins with the newest or the oldest. */
const maxRead = 5_000;

/** How many system messages may stand between those that are shown. */
const spareForSystem = 50;

const usualLines = 10;
const maxLines = 50;

/** Longest line of one message. */
const maxLineLength = 500;

/**
 * The last `wanted` messages of the chat or more, system messages included, oldest first. It is not documented whether one page has the
 * newest or the oldest. If the chat's last message is not on the page, all messages are read.
 */
export async function readHistory(
  { context, signal }: CommandRequest,
  chat: Pick<MgChat, 'id' | 'last_message'>,
  wanted: number,
): Promise<readonly MgMessage[]> {
  // An upper bound may change the order: then the newest come first (docs/platform-notes/messagegateway.md#lists). Clocks differ by less than a day.
  const until = new Date(context.clock.now().getTime() + 86_400_000).toISOString();
  const filter = { chat_id: chat.id, until };
  const limit = wanted + spareForSystem;
  const page = await context.bot.messages({ ...filter, limit }, signal);
  const last = chat.last_message?.id;
  const isEnd = page.length < limit || page.some(({ id }) => id === last);
  const found = isEnd ? page : await readPages((bounds) => context.bot.messages(bounds, signal), filter, maxRead);
  return found.filter((message) => message.chat_id === chat.id).toSorted((a, b) => a.id - b.id);
}

/** One line per message, without system messages. */
export function historyLines({ context, messages }: CommandRequest, said: readonly MgMessage[]): readonly string[] {
  return said
    .filter(({ type }) => type !== 'system')
    .map((message) => {
      const mark = message.scope === 'private' ? ` (${messages.staffOnly})` : '';
      const at = parseMgTime(message.time)?.toISOString().slice(5, 16).replace('T', ' ') ?? '';
      const text = [message.content ?? '', message.note ?? ''].filter((part) => part !== '').join(' ');
      const files = (message.items ?? []).map(({ id, caption }) => `📎 ${caption || ''} [${id ?? '—'}]`).join(' ');
      const line = `${context.readText(text)} ${files}`.trim();
      return `${message.id} · ${at} · ${message.from?.name || '—'}${mark}: ${line || message.type || ''}`.slice(
        0,
        maxLineLength,
      );
    });
}

/** `history [#12] [count]` */
export const history: Command = async (request) => {
  const { chat, rest } = await namedChat(request);
  const wanted = Math.min(maxLines, Number(/^\d{1,4}$/.exec(rest)?.[0] ?? usualLines) || usualLines);
  const lines = historyLines(
    request,
    (await readHistory(request, chat, wanted)).filter(({ type }) => type !== 'system').slice(-wanted),
  );
  return {
    text: [titleOf(chat), ...(lines.length === 0 ? [request.messages.nothing] : lines)].join('\n'),
    buttons:
      request.binding?.chatId === chat.id
        ? []
        : [commandButton(`${request.messages.buttons.bind} #${chat.id}`, `/bind ${chat.id}`)],
  };
};
