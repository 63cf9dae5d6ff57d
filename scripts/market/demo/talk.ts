/** A conversation of the invented company, entry by entry, as the app stores one. */
import type { TimelineEntry, TimelineItem } from '../../../src/api/schemas/conversations.ts';
import type { DemoWords } from './words.ts';

/** The moment at which the pictures are taken: a Thursday afternoon. */
export const demoNow = new Date('2026-03-12T12:40:00Z');

/** The time that many minutes and seconds after `demoNow`. */
export const at = (minutes: number, seconds = 0): string =>
  new Date(demoNow.getTime() + minutes * 60_000 + seconds * 1_000).toISOString();

const lane = 'orders/chat900';

type Person = NonNullable<TimelineItem['author']>;

class Talk {
  readonly entries: TimelineEntry[] = [];
  #seq = 0;
  readonly #brain: string;

  constructor(brain: string) {
    this.#brain = brain;
  }

  #add(
    entry: Partial<TimelineEntry> & Pick<TimelineEntry, 'queue' | 'side' | 'at'>,
    item: Partial<TimelineItem>,
  ): void {
    this.#seq += 1;
    this.entries.push({
      lane,
      seq: this.#seq,
      trace: `demo-${this.#seq}`,
      doneAt: entry.at,
      state: 'done',
      outcome: null,
      remoteId: null,
      attempts: null,
      nextTryAt: null,
      isUnreadable: false,
      items: [
        {
          type: 'message',
          messageId: null,
          messageIds: [],
          text: null,
          author: null,
          files: [],
          isInternal: false,
          to: null,
          ...item,
        },
      ],
      ...entry,
    });
  }

  /** A customer writes; the brain gets the message unless a person leads. */
  says(author: Person, text: string, [minutes, seconds]: readonly [number, number], outcome = 'forwarded'): void {
    const messageId = String(7_000 + this.#seq);
    const when = at(minutes, seconds);
    this.#add({ queue: 'inbox', side: 'bitrix24', at: when, outcome }, { messageId, text, author });
    if (outcome !== 'forwarded') return;
    this.#add(
      { queue: 'outbox', side: 'brain', at: when, doneAt: at(minutes, seconds + 1), outcome: 'delivered' },
      { messageId, text, author },
    );
  }

  answers(text: string, [minutes, seconds]: readonly [number, number]): void {
    const when = at(minutes, seconds);
    this.#add({ queue: 'inbox', side: this.#brain, at: when, outcome: 'answered' }, { type: 'reply', text });
    this.#add(
      {
        queue: 'outbox',
        side: 'portal',
        at: when,
        doneAt: at(minutes, seconds + 1),
        remoteId: String(7_000 + this.#seq),
      },
      { type: 'send', text },
    );
  }

  callsPerson(text: string, [minutes, seconds]: readonly [number, number]): void {
    const when = at(minutes, seconds);
    this.#add({ queue: 'inbox', side: this.#brain, at: when, outcome: 'handed_over' }, { type: 'handover', text });
  }
}

export function demoTimeline({ talk: words, customers }: DemoWords): readonly TimelineEntry[] {
  const talk = new Talk('brain');
  const customer: Person = { name: customers[0] ?? '', kind: 'client' };
  talk.says(customer, words.question, [-24, 0]);
  talk.answers(words.answer, [-24, 3]);
  talk.says(customer, words.more, [-21, 0]);
  talk.answers(words.moreAnswer, [-21, 2]);
  talk.says(customer, words.wish, [-16, 0]);
  talk.callsPerson(words.handover, [-16, 4]);
  talk.says({ name: words.colleague, kind: 'employee' }, words.colleagueSays, [-11, 0], 'ignored_operator');
  talk.says(customer, words.thanks, [-3, 0], 'ignored_person_owns');
  return talk.entries;
}
