/** What lists of MessageGateway show besides their fields. Pure. */
import { z } from 'zod';
import type { ProbeFact } from '../../../core/brain-probe.ts';
import { chatShape, messageShape } from '../api/mg-shapes.ts';
import { parseMgTime } from '../api/mg-time.ts';
import type { JoinedConfig } from '../config.ts';

/** Entries requested from each list. */
export const listLimit = 20;

const entries = z.array(z.unknown()).catch([]);

function read<T>(shape: z.ZodType<T>, answer: unknown): T[] {
  return entries.parse(answer).flatMap((entry) => {
    const parsed = shape.safeParse(entry);
    return parsed.success ? [parsed.data] : [];
  });
}

/** A fact checked for every list. */
export function limitFact(answer: unknown): ProbeFact {
  return {
    fact: 'the list has no more entries than were asked for',
    value: entries.parse(answer).length <= listLimit,
    assumed: true,
    follows: 'src/brains/messagegateway/api/pages.ts: pages are read until one is not full',
  };
}

/** @param id the id that must be in the list, unless the list is too long */
export function ownFact(answer: unknown, id: number, what: string): ProbeFact {
  const ids = read(z.object({ id: z.int() }), answer).map((one) => one.id);
  return {
    fact: `${what} is in the list`,
    value: ids.includes(id) || (ids.length >= listLimit ? null : false),
    assumed: true,
    follows: 'join the connection again: `connections test`',
  };
}

export function chatFacts(answer: unknown): ProbeFact[] {
  const responsible = read(chatShape, answer).flatMap(({ last_dialog: last }) => last?.responsible ?? []);
  const managers = responsible.filter(({ type }) => type === 'user');
  return [
    {
      fact: 'e-mail addresses of managers are shown',
      value: managers.length === 0 ? null : managers.some(({ email }) => (email ?? '') !== ''),
      assumed: null,
      follows: 'without them managers and employees are joined by /link',
    },
  ];
}

const entity = /&(?:amp|lt|gt|quot|#\d{2,4});/;

export function messageFacts(answer: unknown, config: JoinedConfig): ProbeFact[] {
  const messages = read(messageShape, answer);
  const texts = messages.flatMap(({ content }) => content ?? []);
  const isEscaped = texts.some((one) => entity.test(one)) || (texts.some((one) => /[<>]/.test(one)) ? false : null);
  const ids = messages.map(({ id }) => id);
  return [
    {
      fact: 'texts come HTML-escaped',
      value: isEscaped,
      assumed: config.unescapeHtml ?? null,
      follows: 'the setting unescapeHtml',
    },
    {
      fact: 'the closing of a dialog is a line of the list',
      value: messages.some(({ action }) => action === 'dialog_closed') || null,
      assumed: true,
      follows: 'src/brains/messagegateway/listener/catch-up.ts',
    },
    {
      fact: 'without bounds the newest come first',
      value: ids.length < 2 ? null : ids.every((id, index) => index === 0 || id < (ids[index - 1] ?? 0)),
      assumed: null,
      follows: '',
    },
  ];
}

const changed = z.object({ created_at: z.string(), updated_at: z.string().nullish() });

export function sinceFacts(answer: unknown, since: Date): ProbeFact[] {
  const found = read(changed, answer).map(({ created_at: created, updated_at: updated }) => ({
    isNew: (parseMgTime(created) ?? since) >= since,
    isChanged: (parseMgTime(updated ?? created) ?? since) >= since,
  }));
  return [
    {
      fact: '`since` means the last change',
      value: found.some(({ isChanged }) => !isChanged) ? false : found.some(({ isNew }) => !isNew) || null,
      assumed: true,
      follows: 'src/brains/messagegateway/listener/catch-up.ts: failures are found by the time of their last change',
    },
  ];
}
