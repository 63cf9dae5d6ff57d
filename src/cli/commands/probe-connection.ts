/** `probe --connection`: announces the questions in a brain's folder, asks them of its remote, and keeps the shapes of the answers. */
import { readDatabaseSettings } from '../../config.ts';
import { openConnection } from '../../connections/stored-connection.ts';
import { toolsUntil } from '../../connections/tools-until.ts';
import type { BrainProbe } from '../../core/brain-probe.ts';
import { badInput } from '../../core/errors.ts';
import { needBrain } from '../../portals/bot-service.ts';
import { readLastMessages } from '../../store/queue/inbox.ts';
import { findConnection, type OneConnection } from '../arguments/find-connection.ts';
import type { Answer, CommandContext } from '../framework/command.ts';
import { table, wrap } from '../framework/layout.ts';
import { askBrain, shownCall } from '../probe/ask-brain.ts';
import { compareStored } from '../probe/compare-stored.ts';
import { keepReport } from '../probe/keep-report.ts';
import { watchCalls } from '../probe/watched-calls.ts';
import { openAccountWork } from '../services.ts';

/** Enough to meet every kind of message. */
const maxStored = 1_000;
/** For all questions together, the waits for the rate limit included. */
const patienceMs = 300_000;

export async function probeConnection(context: CommandContext, options: OneConnection): Promise<Answer> {
  const db = await context.database();
  const { row } = await findConnection(db, options);
  const brain = needBrain(context.brains, row.brain);
  if (brain.probe === undefined) {
    throw badInput('probe.nothing_to_ask', `there is nothing to ask ${brain.title}`);
  }
  const work = await openAccountWork(context);
  const connection = openConnection(work.sealer, row);
  const signal = AbortSignal.timeout(patienceMs);
  const watch = watchCalls(toolsUntil(work.toolsFor(connection, brain), signal));
  const probe = brain.probe(connection, work.hookUrl(connection, brain), watch.tools);
  context.tell(announce(brain.title, probe));
  const asked = await askBrain(probe, watch, signal);
  const { stored } = probe;
  const found =
    stored === undefined
      ? { probed: [], differences: [] }
      : compareStored(await readLastMessages(db, { portal: row.portal, connectionId: row.id }, maxStored), stored);
  return await keepReport(readDatabaseSettings(context.environment).DATA_DIR, `${row.portal}-${row.id}`, {
    portal: row.portal,
    connection: row.id,
    brain: row.brain,
    at: new Date().toISOString(),
    probed: [...asked.probed, ...found.probed],
    differences: [...asked.differences, ...found.differences],
  });
}

/** Announces what the probe will do. */
function announce(title: string, { questions, stored }: BrainProbe): string {
  const rows = questions.map((one) => [one.question, shownCall(one)]);
  const reads = stored === undefined ? '' : ` Then the last ${maxStored} stored messages of the connection are read.`;
  return [
    wrap(`${title} is asked this, one call after the other. Nothing is sent to customers, nothing is changed.${reads}`),
    table(['question', 'call'], rows),
    '',
  ].join('\n');
}
