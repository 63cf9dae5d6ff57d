/** `trace`: every step of a message's way, found by the message, the dialog or the trace id. */
import { readSettings } from '../../config.ts';
import { Misconfigured } from '../../core/errors.ts';
import { traceSteps } from '../../store/reporting/history.ts';
import { portalFilter, portalFilterId } from '../arguments/choose-portal.ts';
import type { AddCommands, Answer, CommandContext } from '../framework/command.ts';
import { wrap } from '../framework/layout.ts';
import { layTimeline, tellSteps } from '../timeline.ts';

async function trace(
  context: CommandContext,
  wanted: string,
  options: { portal?: string | undefined },
): Promise<Answer> {
  const db = await context.database();
  const steps = await tellSteps(db, await traceSteps(db, wanted, await portalFilterId(db, options.portal)));
  const text = steps.length === 0 ? nothing(wanted, context) : await layTimeline(db, steps);
  return { data: { wanted, steps }, text };
}

function nothing(wanted: string, context: CommandContext): string {
  const days = retentionDays(context);
  const kept = days === null ? 'Finished messages are deleted after a time' : `Finished messages are kept ${days} days`;
  return wrap(
    `Nothing is known of "${wanted}". ${kept}. Looked for: a message id of the portal or of a bot's answer, a dialog id (27, chat12), a trace id from the log.`,
  );
}

/** Null: the command does not have the app's settings. */
function retentionDays(context: CommandContext): number | null {
  try {
    return readSettings(context.environment).RETENTION_DAYS;
  } catch (error) {
    if (error instanceof Misconfigured) return null;
    throw error;
  }
}

export const addTraceCommand: AddCommands = (program, run) => {
  program
    .command('trace')
    .description("every step of a message's way")
    .argument('<message, dialog or trace id>', 'what to look for')
    .addOption(portalFilter)
    .action(run(trace));
};
