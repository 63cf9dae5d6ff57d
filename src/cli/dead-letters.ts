/** `dead-letters`: what was given up and waits for a person, who replays it or drops it. */
import { BadInput } from '../core/errors.ts';
import { inTransaction, type Pool, query } from '../store/database.ts';
import { replayEvent } from '../store/queue/inbox.ts';
import type { QueueName } from '../store/queue/lanes.ts';
import { notifyQueue } from '../store/queue/notify.ts';
import { replayAction } from '../store/queue/outbox.ts';
import { dropDeadLetter, listDeadLetters } from '../store/reporting/history.ts';
import { choosePortal, domainsById, portalFilterId } from './choose-portal.ts';
import {
  type Answer,
  type Command,
  type CommandContext,
  type CommandLine,
  type CommandOption,
  portalFilter,
  portalOption,
  usageError,
} from './command.ts';
import { moment, table, wrap } from './layout.ts';
import { type ToldStep, tellSteps } from './timeline.ts';

/** Where a dead letter stands. */
interface Place {
  readonly portal: string;
  readonly queue: QueueName;
  readonly lane: string;
  readonly seq: number;
}

async function list(line: CommandLine, context: CommandContext): Promise<Answer> {
  const db = await context.database();
  const steps = await tellSteps(db, await listDeadLetters(db, await portalFilterId(db, line.text('portal'))));
  const domains = await domainsById(db);
  const groups = [...Map.groupBy(steps, (step) => step.portal)].map(
    ([portal, ofPortal]) => `portal ${domains.get(portal) ?? portal}\n${layDeadLetter(ofPortal)}`,
  );
  return {
    data: { deadLetters: steps },
    text: groups.length === 0 ? 'There are no dead letters.' : groups.join('\n\n'),
  };
}

function layDeadLetter(steps: readonly ToldStep[]): string {
  return table(
    [
      { title: 'queue' },
      { title: 'lane', isWhole: true },
      { title: 'seq' },
      { title: 'since (UTC)', isWhole: true },
      { title: 'kind' },
      { title: 'why' },
    ],
    steps.map((step) => [
      step.queue,
      step.lane,
      String(step.seq),
      moment(step.at).slice(0, 16),
      step.kind ?? step.side,
      step.outcome === null ? step.words : `${step.words} [${step.outcome}]`,
    ]),
    '  ',
  );
}

type Deed = (db: Pool, place: Place) => Promise<boolean>;

const replay: Deed = (db, place) =>
  inTransaction(db, async (trx) => {
    const isThere = await (place.queue === 'inbox' ? replayEvent(trx, place) : replayAction(trx, place));
    if (isThere) await notifyQueue(trx, place.queue);
    return isThere;
  });

const drop: Deed = (db, place) => dropDeadLetter(db, place.queue, place);

async function replayVerb(line: CommandLine, context: CommandContext): Promise<Answer> {
  const db = await context.database();
  const { portal } = await choosePortal(db, line.text('portal'));
  if (!line.has('all')) {
    const place = readPlace(line, portal);
    await doOne(db, place, replay);
    const text = 'It is back at the end of its lane; a running app works it within a second or two.';
    return { data: { replayed: 1, place }, text };
  }
  refuseBoth(line);
  const replayed = await doAll(db, portal, ['dead_letter'], replay);
  const left = (await listDeadLetters(db, portal)).filter((step) => step.state === 'unknown').length;
  const doubt =
    left === 0
      ? ''
      : ` ${left} of unknown fate were left alone, because repeating them may show something twice: replay them one by one, or drop them.`;
  return { data: { replayed, unknownLeft: left }, text: wrap(`${replayed} put back into their lanes.${doubt}`, '') };
}

async function dropVerb(line: CommandLine, context: CommandContext): Promise<Answer> {
  const db = await context.database();
  const { portal } = await choosePortal(db, line.text('portal'));
  if (!line.has('all')) {
    const place = readPlace(line, portal);
    await doOne(db, place, drop);
    return { data: { dropped: 1, place }, text: 'It is given up for good.' };
  }
  refuseBoth(line);
  const dropped = await doAll(db, portal, ['dead_letter', 'unknown'], drop);
  return { data: { dropped }, text: `${dropped} given up for good.` };
}

function refuseBoth(line: CommandLine): void {
  const single = ['queue', 'lane', 'seq'].find((name) => line.text(name) !== null);
  if (single !== undefined) throw usageError(`--all and --${single} exclude each other`);
  // What touches everything of a portal names the portal.
  line.need('portal');
}

function readPlace(line: CommandLine, portal: string): Place {
  const missing = ['queue', 'lane', 'seq'].filter((name) => line.text(name) === null);
  if (missing.length > 0) throw usageError(`--${missing.join(', --')} missing (or say --all)`);
  const queue = line.need('queue');
  if (queue !== 'inbox' && queue !== 'outbox') throw usageError('--queue is inbox or outbox');
  const seq = Number(line.need('seq'));
  if (!Number.isSafeInteger(seq) || seq < 1) throw usageError('--seq is a whole number');
  return { portal, queue, lane: line.need('lane'), seq };
}

async function doOne(db: Pool, place: Place, deed: Deed): Promise<void> {
  if (await deed(db, place)) return;
  throw new BadInput({
    code: 'dead_letters.unknown',
    message: 'there is no dead letter (any more); "dead-letters list" shows what is',
  });
}

/**
 * Inbox before outbox, and each queue in the order of arrival, so that what is replayed comes as it came first. Only what is a dead letter
 * now: what fails again at once must not be replayed for ever.
 */
async function doAll(db: Pool, portal: string, states: readonly string[], deed: Deed): Promise<number> {
  let count = 0;
  for (const queue of ['inbox', 'outbox'] as const) {
    for (const row of await findDeadLetters(db, portal, queue, states)) {
      if (await deed(db, { portal, queue, ...row })) count += 1;
    }
  }
  return count;
}

async function findDeadLetters(
  db: Pool,
  portal: string,
  queue: QueueName,
  states: readonly string[],
): Promise<readonly { readonly lane: string; readonly seq: number }[]> {
  const [table, age] = queue === 'inbox' ? ['inbox_history', 'received_at'] : ['outbox', 'created_at'];
  const result = await query<{ lane: string; seq: number }>(
    db,
    `select lane, seq::int as seq from ${table} where portal = ? and state = any(?::text[]) order by ${age}, lane, seq`,
    [portal, states],
  );
  return result.rows;
}

const places: readonly CommandOption[] = [
  { name: 'queue', value: 'inbox|outbox', text: 'The queue it is in' },
  { name: 'lane', value: 'lane', text: 'Its lane, as in "dead-letters list"' },
  { name: 'seq', value: 'number', text: 'Its number in the lane' },
];

export const deadLetterCommands: readonly Command[] = [
  {
    noun: 'dead-letters',
    verb: 'list',
    summary: 'What was given up or has an unknown fate (oldest 200)',
    options: [portalFilter],
    run: list,
  },
  {
    noun: 'dead-letters',
    verb: 'replay',
    summary: 'Puts one back into its lane, or with --all all of a portal',
    options: [portalOption, ...places, { name: 'all', value: null, text: 'All dead letters; none of unknown fate' }],
    run: replayVerb,
  },
  {
    noun: 'dead-letters',
    verb: 'drop',
    summary: 'Gives one up for good, or with --all all of a portal',
    options: [portalOption, ...places, { name: 'all', value: null, text: 'All, those of unknown fate included' }],
    run: dropVerb,
  },
];
