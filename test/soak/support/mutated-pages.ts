/** Broken and hostile answers to `imbot.v2.Event.get`: pages of mutated events, and pages that are mutated themselves. */
import { readdirSync, readFileSync } from 'node:fs';
import type { EventBot } from '../../support/event-bodies.ts';
import type { KeptEvents } from './fleet-portal.ts';
import { mutate } from './mutate.ts';
import type { Random } from './random.ts';

const folder = new URL('../../fixtures/bitrix24/', import.meta.url);

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Branch = { [name: string]: Json };

/** Values that may replace any other. */
const hostile: readonly Json[] = [
  null,
  true,
  -1,
  1e308,
  2 ** 53,
  '',
  '0',
  'null',
  '\u0000',
  '\ud800',
  '__proto__',
  '/help\n/bot',
  '[USER=567]x[/USER]',
  '[url=javascript:alert(1)]x[/url]',
  'x'.repeat(20_000),
  [],
  {},
  [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]],
  Array.from({ length: 300 }, (_, at) => at),
  JSON.parse('{"__proto__": {"id": 1}, "constructor": "x"}') as Json,
];

/** Percentage of pages in which bytes are changed regardless of their meaning. */
const brokenPages = 15;

/** Text of the portal's last event, which is intact; the bot answers it if the app still processes the portal's events. */
export const lastWords = 'are you still there';

export interface MutatedPages extends KeptEvents {
  /** Number of readable events in the pages so far. */
  given(): number;
  /** Whether the last event has been returned too. */
  isOver(): boolean;
  /** Makes the next page contain the last event, even if fewer events than planned were returned. */
  end(): void;
}

/** Pages of mutated events until `total` is reached, then one with the intact last event. */
export function createMutatedPages(bot: EventBot, random: Random, total: number): MutatedPages {
  const recorded = readdirSync(folder)
    .filter((name) => name.startsWith('v2-fetch-') && !name.includes('delete.json'))
    .map((name) => (JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { readonly body: string }).body);
  let given = 0;
  let isEnding = false;
  /** Number of the last event, once everything else was returned. */
  let lastId: number | null = null;
  let lastMessage = 1_000_000;

  const event = (id: number): Branch => {
    const made = JSON.parse(random.pick(recorded)) as Branch;
    lastMessage += 1;
    named(made, bot, { id, message: lastMessage, dialog: `chat${1 + random.below(200)}` });
    for (let left = random.below(4); left > 0; left -= 1) changeOne(made['data'] ?? null, random);
    if (random.percent(1)) made['type'] = random.pick(hostile);
    if (random.percent(1)) made['date'] = random.pick(hostile);
    return made;
  };
  const pageOf = (events: readonly Branch[], hasMore: boolean): string =>
    JSON.stringify({ result: { events, nextOffset: 1, hasMore }, time: { operating: 0 } });

  const farewell = (id: number): Branch => {
    const made = JSON.parse(recorded.find((body) => body.includes('"ONIMBOTV2MESSAGEADD"')) ?? '{}') as Branch;
    named(made, bot, { id, message: 2_000_000_000, dialog: 'chat1000' });
    branchOf(branchOf(made['data'])['message'])['text'] = `[USER=${bot.id}]Bot[/USER] ${lastWords}`;
    return made;
  };

  return {
    given: () => given,
    isOver: () => lastId !== null,
    end() {
      isEnding = true;
    },
    page(offset, limit) {
      if (isEnding || given >= total) {
        lastId ??= offset;
        return pageOf(offset > lastId ? [] : [farewell(lastId)], false);
      }
      const events = Array.from({ length: limit }, (_, at) => event(offset + at));
      if (!random.percent(brokenPages)) {
        given += events.length;
        return pageOf(events, true);
      }
      const page = Buffer.from(pageOf(events, true));
      return mutate(page, random, Buffer.from(random.pick(recorded))).toString('latin1');
    },
  };
}

function branchOf(value: Json | undefined): Branch {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** The recorded event for this bot with new ids: the same ids would be recognised as a repetition. */
function named(
  event: Branch,
  bot: EventBot,
  { id, message, dialog }: { readonly id: number; readonly message: number; readonly dialog: string },
): void {
  event['eventId'] = id;
  event['date'] = new Date().toISOString();
  const data = branchOf(event['data']);
  Object.assign(branchOf(data['bot']), { id: bot.id, code: bot.code });
  // In a group a bot answers only messages that mention it.
  const said = branchOf(data['message'])['text'];
  const text = `[USER=${bot.id}]Bot[/USER] ${typeof said === 'string' ? said : ''}`;
  if (data['message'] !== undefined) Object.assign(branchOf(data['message']), { id: message, text });
  if (data['messageId'] !== undefined) data['messageId'] = message;
  if (data['dialogId'] !== undefined) data['dialogId'] = dialog;
  Object.assign(branchOf(data['chat']), { dialogId: dialog, id: Number(dialog.slice(4)) });
}

/** Replaces one value at any depth by a hostile one, removes it, or adds one. */
function changeOne(root: Json, random: Random): void {
  let at: Json = root;
  for (;;) {
    if (typeof at !== 'object' || at === null) return;
    const keys = Object.keys(at);
    if (keys.length === 0) return;
    const key = random.pick(keys);
    const held = at as Branch;
    const next: Json | undefined = held[key];
    if (typeof next === 'object' && next !== null && random.percent(70)) {
      at = next;
      continue;
    }
    if (random.percent(20)) delete held[key];
    else held[random.percent(5) ? `${key}x` : key] = structuredClone(random.pick(hostile));
    return;
  }
}
