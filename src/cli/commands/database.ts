/** `database distribute`: makes the schema of this installation one that a Citus cluster places, moves and balances. */
import { readDatabaseSettings } from '../../config.ts';
import { Misconfigured } from '../../core/errors.ts';
import { distributeSchema, findPlacement, isCitus, isInPublic, type Placement } from '../../store/citus.ts';
import type { Pool } from '../../store/database.ts';
import { hasSchema, isSchemaCurrent, migrateToLatest } from '../../store/migrate.ts';
import { tryWriting } from '../../store/write-probe.ts';
import { refuseRunningApp } from '../backup/restore-backup.ts';
import type { AddCommands, Answer, CommandContext } from '../framework/command.ts';
import { wrap } from '../framework/layout.ts';

async function distribute(context: CommandContext): Promise<Answer> {
  if (readDatabaseSettings(context.environment).DATABASE_URL === undefined) {
    throw refused('not_citus', 'DATABASE_URL is not set: the database that the app brings itself has no Citus');
  }
  const { db, url } = await context.databaseToFill();
  if (!(await isCitus(db))) {
    throw refused('not_citus', 'the database has no Citus: install it on every node, then "create extension citus"');
  }
  if (await isInPublic(db)) {
    throw refused(
      'public_schema',
      'Citus distributes no schema "public": name another one in DATABASE_URL, postgres://…/bridge?options=-c%20search_path%3Dcell07',
    );
  }
  await makeTables(db, url);
  const found = await findPlacement(db);
  if (found.distributed.length === 0) {
    await refuseRunningApp(db);
    await distributeSchema(db);
  }
  const placement = await findPlacement(db);
  // The app makes the same check before it takes events.
  await tryWriting(db);
  return toldOf(placement, found.distributed.length > 0);
}

/** Makes the tables of a new schema. Throws Misconfigured `database.other_shape` for a schema of another version. */
async function makeTables(db: Pool, url: string): Promise<void> {
  if (!(await hasSchema(db))) await migrateToLatest(url);
  if (await isSchemaCurrent(db)) return;
  throw refused(
    'other_shape',
    'the database has the schema of another version of this program; use the commands of that version',
  );
}

function toldOf(placement: Placement, wasDistributed: boolean): Answer {
  const { schema, distributed, others, nodes } = placement;
  const isWhole = others.length === 0 && nodes.length === 1;
  const words = [
    `The schema ${schema} ${wasDistributed ? 'is' : 'is now'} a distributed one: ${distributed.length} tables on ${nodes.join(', ')}.`,
    ...(others.length > 0 ? [`Not part of it: ${others.join(', ')}.`] : []),
    ...(nodes.length > 1 ? ['Citus is just moving it; ask again when that is over.'] : []),
    ...(isWhole ? ['A row was written and deleted again.'] : []),
  ];
  return { data: { ...placement, wasDistributed }, text: words.map(wrap).join('\n'), isFailure: !isWhole };
}

const refused = (kind: string, message: string): Misconfigured =>
  new Misconfigured({ code: `database.${kind}`, message });

export const addDatabaseCommands: AddCommands = (program, run) => {
  const database = program.command('database').description('where the tables of this installation are');
  database
    .command('distribute')
    .description(
      'make the schema that DATABASE_URL names a distributed one of its Citus cluster, and check it; on one that is, only check it',
    )
    .action(run(distribute));
};
