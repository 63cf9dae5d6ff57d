/** `backup`, `restore` and `after-restore`: the whole installation in one file, and back. */
import { Option } from '@commander-js/extra-typings';
import { appVersion } from '../../api/app-version.ts';
import { badInput } from '../../core/errors.ts';
import { dumpTables } from '../../store/backup/dump.ts';
import { inTransaction } from '../../store/database.ts';
import { type BackupHeader, writeBackup } from '../backup/backup-file.ts';
import {
  checkedBackup,
  refuseOtherSecret,
  refuseOtherVersion,
  refuseRunningApp,
  restoreBackup,
  type Settled,
  settle,
} from '../backup/restore-backup.ts';
import type { AddCommands, Answer, CommandContext } from '../framework/command.ts';
import { moment, wrap } from '../framework/layout.ts';

async function backup(context: CommandContext, file: string): Promise<Answer> {
  const db = await context.database();
  const facts: { at: Date | null; tables: Readonly<Record<string, number>> } = { at: null, tables: {} };
  const bytes = await writeBackup(file, async (writer) => {
    facts.tables = await dumpTables(db, {
      async begin({ madeAt, migrations, keyIds, isAppRunning }) {
        facts.at = madeAt;
        await writer.header({
          madeAt: madeAt.toISOString(),
          appVersion,
          publicUrl: context.publicUrl,
          migrations: [...migrations],
          keyIds: [...keyIds],
          isAppRunning,
        });
      },
      table: ({ name, columns }) => writer.table({ name, columns: [...columns] }),
      rows: (rows) => writer.rows(rows),
    });
  });
  const rows = Object.values(facts.tables).reduce((total, count) => total + count, 0);
  const text = [
    `${file}: ${rows} rows, ${bytes} bytes, as of ${moment(facts.at)} UTC.`,
    'It holds what people wrote: keep it as you keep the database. The secrets in it stay sealed: keep APP_SECRET (with the embedded database: the file app.secret in DATA_DIR) as well, but not beside it.',
  ];
  return { data: { file, bytes, madeAt: facts.at, rows: facts.tables }, text: text.map(wrap).join('\n') };
}

interface RestoreOptions {
  readonly waiting: 'hold' | 'send';
  readonly check?: true | undefined;
  readonly acceptLostSecrets?: true | undefined;
}

async function restore(context: CommandContext, file: string, options: RestoreOptions): Promise<Answer> {
  const { header, rows } = await checkedBackup(file);
  if (options.check === true) return told(file, header, rows);
  await refuseOtherVersion(header);
  refuseSendingTwice(header, options.waiting);
  const { db, url, keys } = await context.databaseToFill();
  if (options.acceptLostSecrets !== true) refuseOtherSecret(header, keys);
  await refuseRunningApp(db);
  const hasMoved = context.publicUrl !== null && header.publicUrl !== null && context.publicUrl !== header.publicUrl;
  const settling = { isWaitingHeld: options.waiting === 'hold', hasMoved };
  const restored = await restoreBackup(db, url, { path: file, header, settling });
  const text = [
    `${restored.rows} rows of ${moment(new Date(header.madeAt))} UTC are restored. Start the app now.`,
    ...wordsOf(restored),
    ...(header.publicUrl !== null && context.publicUrl === null
      ? [`PUBLIC_URL is not set here: the backup's app was reached at ${header.publicUrl}.`]
      : []),
  ];
  return { data: { ...restored, madeAt: header.madeAt }, text: text.map(wrap).join('\n') };
}

/** If the app was running at the moment of the backup, it has since sent what waited then. */
function refuseSendingTwice({ isAppRunning }: BackupHeader, waiting: RestoreOptions['waiting']): void {
  if (waiting === 'hold' || !isAppRunning) return;
  throw badInput(
    'restore.app_was_running',
    'the app was running when this backup was made, so what waited then has been sent since, and --waiting send would send it again; leave it out',
  );
}

function told(file: string, header: BackupHeader, rows: number): Answer {
  const { madeAt, publicUrl, isAppRunning } = header;
  const state = isAppRunning ? 'while the app was running' : 'while the app was stopped';
  const text = [
    `${file} is whole: ${rows} rows as of ${moment(new Date(madeAt))} UTC, made by version ${header.appVersion} ${state}.`,
    `Its app was reached at ${publicUrl ?? 'an address that is not noted'}.`,
  ];
  return { data: { file, rows, ...header }, text: text.map(wrap).join('\n') };
}

function wordsOf({ putAside, setUps }: Settled): string[] {
  const words: string[] = [];
  if (putAside !== null) {
    const { events, messages, followUps, accounts } = putAside;
    words.push(
      `What waited at that moment is put aside, because it has most probably been sent since: ${events} received messages and ${messages} messages to be sent are dead letters now ("dead-letters list"), ${followUps} follow-ups that were due are dropped, and ${accounts} accounts are listened to from now on.`,
    );
  }
  if (setUps > 0)
    words.push(`PUBLIC_URL is another one now: ${setUps} portals and all accounts are told when the app starts.`);
  return words;
}

async function afterRestore(context: CommandContext): Promise<Answer> {
  const db = await context.database();
  await refuseRunningApp(db);
  const settled = await inTransaction(db, (trx) => settle(trx, { isWaitingHeld: true, hasMoved: false }));
  return { data: settled, text: [...wordsOf(settled), 'Start the app now.'].map(wrap).join('\n') };
}

const waiting = new Option(
  '--waiting <hold|send>',
  'what becomes of messages that waited at the moment of the backup: "hold" puts them aside as dead letters; "send" sends them, for a move in which the app was stopped before the backup and has not run since',
)
  .choices(['hold', 'send'] as const)
  .default('hold' as const);

export const addBackupCommands: AddCommands = (program, run) => {
  program
    .command('backup')
    .description('write everything stored, as of one moment, into one file; the app may go on meanwhile')
    .argument('<file>', 'a new file, for example backup-2026-01-31.gz')
    .action(run((context: CommandContext, file: string) => backup(context, file)));
  program
    .command('restore')
    .description('put a backup into an empty database')
    .argument('<file>', 'the file that "backup" wrote')
    .addOption(waiting)
    .option('--check', 'only read the file to its end and tell what it holds')
    .option('--accept-lost-secrets', 'restore although APP_SECRET is another one: tokens and accounts are lost')
    .action(run((context: CommandContext, file: string, options: RestoreOptions) => restore(context, file, options)));
  program
    .command('after-restore')
    .description(
      'put aside what waited, after the database was set back to an older moment by other means (pg_restore, a snapshot)',
    )
    .action(run(afterRestore));
};
