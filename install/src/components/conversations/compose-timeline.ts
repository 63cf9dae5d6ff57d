/** Makes of a conversation's entries what a person reads: messages with their steps, and marks between them. Pure. */
import type { TimelineEntry, TimelineItem } from '../../../../src/api/schemas/conversations.ts';
import type { Bubble, Mark, MessageStep, StepTone, TimelineRow } from './timeline-rows.ts';

export const entryKey = ({ queue, lane, seq }: Pick<TimelineEntry, 'queue' | 'lane' | 'seq'>): string =>
  `${queue}/${lane}/${seq}`;

/** @param entries in any order, each once */
export function composeTimeline(entries: readonly TimelineEntry[]): readonly TimelineRow[] {
  const composer = new Composer();
  const inOrder = entries.toSorted(
    (one, other) =>
      Date.parse(one.at) - Date.parse(other.at) || one.queue.localeCompare(other.queue) || one.seq - other.seq,
  );
  for (const entry of inOrder) composer.add(entry);
  return composer.rows;
}

const step = (code: MessageStep['code'], tone: StepTone, more: Partial<MessageStep> = {}): MessageStep => {
  return { code, tone, at: null, word: '', ms: 0, ...more };
};

const isStuck = ({ state }: TimelineEntry): boolean => state === 'dead_letter' || state === 'unknown';

/** Outcomes that change who leads, in the order in which one of several is shown. */
const markedOutcomes = [
  'paused_too_many_turns',
  'handed_over_after_silence',
  'handed_back_after_silence',
  'handed_over',
  'handed_back',
  'ignored_operator_called',
  'finished',
] as const;

class Composer {
  readonly rows: TimelineRow[] = [];
  readonly #byMessage = new Map<string, Bubble>();
  /** Who ordered a message of the bot, by its trace. */
  readonly #ordered = new Map<string, string>();
  /** Orders to take over, which tell themselves whom the portal was asked to call, by their trace. */
  readonly #taken = new Set<string>();
  /** The last message that waits for its answer. */
  #question: Bubble | null = null;

  add(entry: TimelineEntry): void {
    if (entry.queue === 'outbox') this.#addAction(entry);
    else this.#addEvent(entry);
  }

  #addEvent(entry: TimelineEntry): void {
    if (entry.state === 'dropped' && entry.outcome === 'replayed') return;
    for (const item of entry.items) this.#addEventItem(entry, item);
    const outcomes = (entry.outcome ?? '').split('+');
    const marked = markedOutcomes.find((one) => outcomes.includes(one));
    const isOrder = entry.items.some(({ type }) => type === 'lead_ordered');
    if (marked !== undefined && !isOrder)
      this.#mark(
        entry,
        marked,
        entry.items.find(({ type }) => type === 'handover'),
      );
    if (entry.isUnreadable) this.#mark(entry, 'unreadable');
    else if (isStuck(entry) && !this.#hasBubble(entry)) this.#mark(entry, 'failed');
  }

  #addEventItem(entry: TimelineEntry, item: TimelineItem): void {
    const { type } = item;
    if (type === 'message' || type === 'command') this.#hear(entry, item);
    else if (type === 'message_edited' || type === 'message_deleted') this.#change(entry, item);
    else if (type === 'reply' || type === 'message_ordered') this.#reply(entry, item);
    else if (type === 'joined') this.#mark(entry, 'joined');
    else if (type === 'context_opened') this.#mark(entry, 'opened');
    else if (type === 'lead_ordered' && entry.outcome !== 'noted') this.#lead(entry, item);
  }

  #lead(entry: TimelineEntry, item: TimelineItem): void {
    if (item.to === 'person') this.#taken.add(entry.trace);
    this.#mark(entry, item.to === 'person' ? 'took' : 'gave', undefined, item.author?.name ?? '');
  }

  #hear(entry: TimelineEntry, item: TimelineItem): void {
    const side =
      item.author?.kind === 'bot' ? 'bot' : entry.outcome?.includes('ignored_operator') ? 'colleague' : 'other';
    const bubble = this.#bubble(entry, item, { side, isHidden: false });
    bubble.steps.push(step('taken', 'plain', { at: entry.at }), ...endOf(entry));
    if (item.messageId !== null) this.#byMessage.set(item.messageId, bubble);
    const isPassedOn = /forwarded|chosen/.test(entry.outcome ?? '');
    if (isPassedOn) this.#question = bubble;
  }

  #change(entry: TimelineEntry, item: TimelineItem): void {
    const bubble = this.#byMessage.get(item.messageId ?? '');
    if (bubble === undefined) return;
    if (item.type === 'message_edited' && item.text !== null) bubble.text = item.text;
    bubble.steps.push(
      step(item.type === 'message_edited' ? 'edited' : 'deleted', 'plain', { at: entry.at }),
      ...endOf(entry),
    );
  }

  /** A message of the bot is shown by its own action; here only what came of one that led to none. */
  #reply(entry: TimelineEntry, item: TimelineItem): void {
    if (item.type === 'message_ordered' && item.author !== null) this.#ordered.set(entry.trace, item.author.name);
    if (entry.state === 'done' && (entry.outcome ?? '').includes('answered')) return;
    const bubble = this.#bubble(entry, item, { side: 'bot', isHidden: entry.state !== 'waiting' });
    bubble.steps.push(step('taken', 'plain', { at: entry.at }), ...endOf(entry));
  }

  #addAction(entry: TimelineEntry): void {
    const [item] = entry.items;
    if (item === undefined) return;
    if (entry.side === 'brain') this.#addForBrain(entry, item);
    else this.#addForPortal(entry, item);
  }

  #addForBrain(entry: TimelineEntry, item: TimelineItem): void {
    const isMessage = item.type === 'message' || item.type === 'mirrored' || item.type === 'overheard';
    const ids = item.messageIds.length > 0 ? item.messageIds : [item.messageId ?? ''];
    const bubbles =
      isMessage || item.type === 'edit' || item.type === 'delete'
        ? ids.flatMap((id) => this.#byMessage.get(id) ?? [])
        : [];
    const done = step(item.type === 'mirrored' ? 'mirrored' : 'passedOn', 'good', { at: entry.doneAt });
    for (const bubble of bubbles) {
      bubble.steps.push(...actionEnd(entry, done));
      if (isStuck(entry)) bubble.stuck = entry;
    }
    if (bubbles.length === 0 && isStuck(entry)) this.#mark(entry, 'failed', item, item.type);
  }

  #addForPortal(entry: TimelineEntry, item: TimelineItem): void {
    const { type } = item;
    const isChange = type === 'edit' || type === 'delete';
    const own = isChange ? this.#byMessage.get(item.messageId ?? '') : undefined;
    if (type === 'send' || type === 'send_file') this.#say(entry, item);
    else if (own !== undefined) changeOwn(own, entry, item);
    else if (isStuck(entry)) this.#mark(entry, 'failed', item, type);
    else if (type === 'handover' && entry.state === 'done' && !this.#taken.has(entry.trace)) this.#mark(entry, 'calls');
  }

  #say(entry: TimelineEntry, item: TimelineItem): void {
    if (entry.state === 'dropped' && entry.outcome === 'replayed') return;
    const bubble = this.#bubble(entry, item, { side: 'bot', isHidden: entry.state === 'dropped' });
    const by = this.#ordered.get(entry.trace);
    if (by !== undefined) bubble.steps.push(step('by', 'plain', { word: by }));
    bubble.steps.push(...actionEnd(entry, step('sent', 'good', { at: entry.doneAt })));
    if (isStuck(entry)) bubble.stuck = entry;
    if (entry.remoteId !== null) this.#byMessage.set(entry.remoteId, bubble);
    const isAnswer = !item.isInternal && entry.state === 'done' && by === undefined;
    if (!isAnswer || entry.doneAt === null || this.#question === null) return;
    const ms = Math.max(0, Date.parse(entry.doneAt) - Date.parse(this.#question.at));
    this.#question.steps.push(step('answered', 'good', { ms }));
    this.#question = null;
  }

  #bubble(entry: TimelineEntry, item: TimelineItem, of: Pick<Bubble, 'side' | 'isHidden'>): Bubble {
    const bubble: Bubble = {
      kind: 'bubble',
      key: `${entryKey(entry)}/${entry.items.indexOf(item)}`,
      author: of.side === 'bot' ? '' : (item.author?.name ?? ''),
      text: item.text ?? '',
      files: item.files,
      at: entry.at,
      isInternal: item.isInternal,
      steps: [],
      stuck: isStuck(entry) ? entry : null,
      trace: entry.trace,
      ...of,
    };
    this.rows.push(bubble);
    return bubble;
  }

  #hasBubble(entry: TimelineEntry): boolean {
    return this.rows.some((row) => row.kind === 'bubble' && row.key.startsWith(`${entryKey(entry)}/`));
  }

  #mark(entry: TimelineEntry, code: Mark['code'], item?: TimelineItem, word = ''): void {
    const stuck = isStuck(entry) ? entry : null;
    const key = `${entryKey(entry)}/${code}`;
    this.rows.push({
      kind: 'mark',
      key,
      at: entry.at,
      code,
      word,
      text: item?.text ?? null,
      stuck,
      trace: entry.trace,
    });
  }
}

/** A message of the bot is changed or taken away. */
function changeOwn(own: Bubble, entry: TimelineEntry, item: TimelineItem): void {
  if (item.type === 'edit' && item.text !== null && entry.state === 'done') own.text = item.text;
  const done = step(item.type === 'edit' ? 'edited' : 'deleted', 'plain', { at: entry.doneAt });
  own.steps.push(...actionEnd(entry, done));
  if (isStuck(entry)) own.stuck = entry;
}

/** How an event ended, or what it waits for. */
function endOf(entry: TimelineEntry): MessageStep[] {
  const { state, outcome } = entry;
  if (state === 'waiting') return [waitOf(entry)];
  if (isStuck(entry)) return [step('failed', 'bad', { word: outcome ?? '' })];
  // That it is passed on, its own action tells.
  return outcome === null || outcome === 'forwarded' ? [] : [step('outcome', 'plain', { word: outcome })];
}

function actionEnd(entry: TimelineEntry, done: MessageStep): MessageStep[] {
  const { state, outcome } = entry;
  const word = outcome ?? '';
  if (state === 'waiting') return [waitOf(entry)];
  if (state === 'dead_letter') return [step('failed', 'bad', { word })];
  if (state === 'unknown') return [step('unknown', 'bad', { word })];
  if (state === 'dropped')
    return [word === 'replayed' ? step('repeated', 'plain') : step('dropped', 'plain', { word })];
  return [done];
}

function waitOf({ outcome, nextTryAt, attempts }: TimelineEntry): MessageStep {
  if (outcome !== null && nextTryAt !== null) return step('retried', 'waiting', { word: outcome, at: nextTryAt });
  return attempts !== null && attempts > 0 && nextTryAt === null
    ? step('working', 'waiting')
    : step('waits', 'waiting');
}
