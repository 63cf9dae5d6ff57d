/** Employees of many portals write at a steady rate, whether or not they are answered. */
import { type EventForm, eventForm } from './event-form.ts';
import type { FleetPortal } from './fleet-portal.ts';
import type { Ledger } from './ledger.ts';
import type { Poster } from './post.ts';
import { fleetBot } from './seed-portals.ts';

export interface SteadyTalkOptions {
  readonly poster: Poster;
  readonly ledger: Ledger;
  readonly portals: readonly FleetPortal[];
  readonly dialogsPerPortal: number;
  readonly perSecond: number;
  /** The first user id; ids count up from here and identify the dialogs, so two talks of one portal must not share them. */
  readonly firstUser: number;
  /** Whether every dialog sends a message at once at the beginning. */
  readonly isBurst?: boolean;
}

export interface SteadyTalk {
  /** Number of answers of the event endpoint by status; 0 means no answer. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Milliseconds from when a message was due to its acknowledgement. */
  readonly acknowledgements: readonly number[];
  /** Stops writing; resolves when every request was answered or has failed. */
  stop(): Promise<void>;
}

interface Dialog {
  readonly portal: FleetPortal;
  readonly form: EventForm;
  readonly userId: number;
  last: number;
}

const tickMs = 10;

/** A dialog's next message is sent when the endpoint has answered the last one: only then is their order certain. */
export function startSteadyTalk(options: SteadyTalkOptions): SteadyTalk {
  const free = dialogsOf(options);
  const due: number[] = [];
  const statuses = new Map<number, number>();
  const acknowledgements: number[] = [];
  const underWay = new Set<Promise<void>>();
  const started = performance.now();
  if (options.isBurst === true) for (const _ of free) due.push(started);
  let made = 0;

  async function write(dialog: Dialog, at: number): Promise<void> {
    const number = dialog.last + 1;
    const posted = await options.poster.post('/bitrix24/events', dialog.form(dialog.userId, number));
    statuses.set(posted.status, (statuses.get(posted.status) ?? 0) + 1);
    if (posted.status === 200) {
      dialog.last = number;
      acknowledgements.push(performance.now() - at);
      options.ledger.acknowledged(dialog.portal.index, String(dialog.userId), number, at);
    }
    free.push(dialog);
  }

  function writeDue(): void {
    while (due.length > 0 && free.length > 0) {
      const [dialog, at] = [free.shift(), due.shift()];
      if (dialog === undefined || at === undefined) return;
      const writing = write(dialog, at).finally(() => underWay.delete(writing));
      underWay.add(writing);
    }
  }

  const timer = setInterval(() => {
    const wanted = Math.floor(((performance.now() - started) / 1000) * options.perSecond);
    for (; made < wanted; made += 1) due.push(started + (made / options.perSecond) * 1000);
    writeDue();
  }, tickMs);

  return {
    statuses,
    acknowledgements,
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
      while (due.length > 0) {
        writeDue();
        await Promise.all(underWay);
      }
    },
  };
}

function dialogsOf({ portals, dialogsPerPortal, firstUser }: SteadyTalkOptions): Dialog[] {
  const forms = portals.map((portal) => ({ portal, form: eventForm(portal, fleetBot) }));
  return Array.from({ length: dialogsPerPortal }, (_, index) =>
    forms.map(({ portal, form }) => ({ portal, form, userId: firstUser + index, last: 0 })),
  ).flat();
}
