/** `reseal`: the last step of a change of APP_SECRET. */
import { readDatabaseSettings } from '../../config.ts';
import { type Resealed, resealAll } from '../../connections/reseal.ts';
import { Misconfigured } from '../../core/errors.ts';
import { keyIdOf } from '../../lib/encryption.ts';
import type { AddCommands, Answer, CommandContext } from '../framework/command.ts';
import { wrap } from '../framework/layout.ts';

async function reseal(context: CommandContext): Promise<Answer> {
  const { APP_SECRET: current, APP_SECRET_PREVIOUS: previous } = readDatabaseSettings(context.environment);
  if (current === undefined || previous === undefined) {
    throw new Misconfigured({
      code: 'reseal.no_keys',
      message:
        'set APP_SECRET to the new secret and APP_SECRET_PREVIOUS to the former one, as for the app (docs/operating.md, "Change APP_SECRET")',
    });
  }
  const db = await context.database();
  const done = await resealAll({ db, sealer: await context.sealer(), keyId: keyIdOf(current) });
  const isOver = done.left === 0;
  return { data: { ...done, isOver }, text: wordsOf(done).map(wrap).join('\n'), isFailure: !isOver };
}

function wordsOf({ resealed, lost, left }: Resealed): string[] {
  const words = [`${resealed} secrets are sealed with the new APP_SECRET now.`];
  if (lost.length > 0) {
    const names = lost.slice(0, 20).join(', ');
    words.push(
      `${lost.length} cannot be opened with either key, and are of no use to anybody: ${names}${lost.length > 20 ? ', …' : ''}. Their portals have to open the app once, their accounts to be connected anew.`,
    );
  }
  words.push(
    left === 0
      ? 'Nothing stored needs the former one any more. Links to files that were given to brains are still sealed with it: take APP_SECRET_PREVIOUS away once FILE_LINK_HOURS (24 by default) have passed since the last process was started with the new APP_SECRET.'
      : `${left} are still sealed with another key: a process of the app still runs with the former APP_SECRET, or their tokens are just being exchanged. Keep APP_SECRET_PREVIOUS, restart every process with the new settings, and run "reseal" again.`,
  );
  return words;
}

export const addResealCommand: AddCommands = (program, run) => {
  program
    .command('reseal')
    .description(
      'seal all stored secrets anew after a change of APP_SECRET, and say when the former one is not needed any more',
    )
    .action(run(reseal));
};
