/** `dead-letters`: what will not be tried again by itself. A person replays it or drops it. */
import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { drop, dropAll, replay, replayAll } from '../../queue/by-hand/dead-letters.ts';
import type { DeadLetterId } from '../../store/queue/dead-letters.ts';
import { listDeadLetters } from '../../store/reporting/history.ts';
import { choosePortal, domainsById, portalFilter, portalFilterId, portalOption } from '../arguments/choose-portal.ts';
import { type AddCommands, type Answer, type CommandContext, usageError } from '../framework/command.ts';
import { moment, table, wrap } from '../framework/layout.ts';
import { openWakeups } from '../services.ts';
import { type ToldStep, tellSteps } from '../timeline.ts';

async function list(context: CommandContext, options: { portal?: string | undefined }): Promise<Answer> {
  const db = await context.database();
  const steps = await tellSteps(db, await listDeadLetters(db, await portalFilterId(db, options.portal)));
  const domains = await domainsById(db);
  const groups = [...Map.groupBy(steps, (step) => step.portal)].map(
    ([portal, ofPortal]) => `portal ${domains.get(portal) ?? portal}\n${layOut(ofPortal)}`,
  );
  const text = groups.length === 0 ? 'There are no dead letters.' : groups.join('\n\n');
  return { data: { deadLetters: steps }, text };
}

function layOut(steps: readonly ToldStep[]): string {
  const rows = steps.map((step) => [
    step.queue,
    step.lane,
    String(step.seq),
    moment(step.at).slice(0, 16),
    step.kind ?? step.side,
    step.outcome === null ? step.words : `${step.words} [${step.outcome}]`,
  ]);
  return table(['queue', 'lane', 'seq', 'since (UTC)', 'kind', 'why'], rows, '  ');
}

interface Chosen {
  readonly portal?: string | undefined;
  readonly queue?: 'inbox' | 'outbox' | undefined;
  readonly lane?: string | undefined;
  readonly seq?: number | undefined;
  readonly all?: true | undefined;
}

async function replayVerb(context: CommandContext, options: Chosen): Promise<Answer> {
  const db = await context.database();
  const { portal } = await choosePortal(db, options.portal);
  const chosen = readChoice(options, portal);
  const service = { db, wakeups: openWakeups(context, db) };
  if (chosen !== 'all') {
    await replay(service, chosen);
    const text = 'It is back at the end of its lane; a running app works it within a second or two.';
    return { data: { replayed: 1, place: placeOf(chosen) }, text };
  }
  const { replayed, unknownLeft } = await replayAll(service, portal);
  const doubt =
    unknownLeft === 0
      ? ''
      : ` ${unknownLeft} of unknown fate were left alone, because repeating them may show something twice: replay them one by one, or drop them.`;
  return { data: { replayed, unknownLeft }, text: wrap(`${replayed} put back into their lanes.${doubt}`) };
}

async function dropVerb(context: CommandContext, options: Chosen): Promise<Answer> {
  const db = await context.database();
  const { portal } = await choosePortal(db, options.portal);
  const chosen = readChoice(options, portal);
  const service = { db, wakeups: openWakeups(context, db) };
  if (chosen !== 'all') {
    await drop(service, chosen);
    return { data: { dropped: 1, place: placeOf(chosen) }, text: 'It is dropped for good.' };
  }
  const dropped = await dropAll(service, portal);
  return { data: { dropped }, text: `${dropped} dropped for good.` };
}

/** `--all` touches everything of a portal, so it needs `--portal`. */
function readChoice({ portal: named, queue, lane, seq, all }: Chosen, portal: string): DeadLetterId | 'all' {
  const single = { queue, lane, seq };
  const given = Object.entries(single).filter(([, value]) => value !== undefined);
  if (all === true) {
    if (given.length > 0) throw usageError(`--all and --${given[0]?.[0] ?? ''} exclude each other`);
    if (named === undefined) throw usageError('--portal is missing');
    return 'all';
  }
  if (queue !== undefined && lane !== undefined && seq !== undefined) return { portal, queue, lane, seq };
  const missing = Object.entries(single).filter(([, value]) => value === undefined);
  throw usageError(`--${missing.map(([name]) => name).join(', --')} missing (or say --all)`);
}

const placeOf = ({ portal, queue, lane, seq }: DeadLetterId) => ({ portal, queue, lane, seq });

function readSeq(text: string): number {
  const seq = Number(text);
  if (Number.isSafeInteger(seq) && seq >= 1) return seq;
  throw new InvalidArgumentError('It is a whole number.');
}

const queue = new Option('--queue <inbox|outbox>', 'the queue it is in').choices(['inbox', 'outbox'] as const);
const lane = new Option('--lane <lane>', 'its lane, as in "dead-letters list"');
const seq = new Option('--seq <number>', 'its number in the lane').argParser(readSeq);

export const addDeadLetterCommands: AddCommands = (program, run) => {
  const deadLetters = program.command('dead-letters').description('what will not be tried again by itself');
  deadLetters
    .command('list')
    .description('what was not delivered, or has an unknown fate (oldest 200)')
    .addOption(portalFilter)
    .action(run(list));
  deadLetters
    .command('replay')
    .description('put one back into its lane, or with --all all of a portal')
    .addOption(portalOption)
    .addOption(queue)
    .addOption(lane)
    .addOption(seq)
    .option('--all', 'all dead letters; none of unknown fate')
    .action(run(replayVerb));
  deadLetters
    .command('drop')
    .description('drop one for good, or with --all all of a portal')
    .addOption(portalOption)
    .addOption(queue)
    .addOption(lane)
    .addOption(seq)
    .option('--all', 'all, those of unknown fate included')
    .action(run(dropVerb));
};
