/** `doctor`: looks at everything that has to be right, and says of each thing whether it is, and if not how to mend it. */
import { readSettings, type Settings } from '../config.ts';
import { AppError, Misconfigured } from '../core/errors.ts';
import type { Pool } from '../store/database.ts';
import { listPortals, type Portal } from '../store/tenants/portals.ts';
import { choosePortal } from './choose-portal.ts';
import { type Answer, type Command, type CommandContext, type CommandLine, portalFilter } from './command.ts';
import { type Check, isWrong, layChecks, ok, unknown, wrong } from './doctor/check.ts';
import { checkInPortal } from './doctor/check-in-portal.ts';
import { checkPublicUrl } from './doctor/check-public-url.ts';
import { checkQueues } from './doctor/check-queues.ts';
import { checkStored } from './doctor/check-stored.ts';
import { openPortalCalls } from './portal-calls.ts';

async function doctor(line: CommandLine, context: CommandContext): Promise<Answer> {
  const settings = settingsOrProblem(context);
  const checks: Check[] = [
    'problem' in settings
      ? wrong(null, 'settings', settings.problem, 'set them as for the app (see .env.example)')
      : ok(null, 'settings', 'readable and complete'),
  ];
  const database = await databaseOrProblem(context);
  if ('problem' in database) {
    checks.push(wrong(null, 'database', database.problem.message, 'mend this first: everything else depends on it'));
  } else {
    checks.push(
      ok(null, 'database', 'reachable, and of the shape of this version'),
      ...(await checkQueues(database.db)),
    );
  }
  checks.push(...(await checkPublicUrl(context.publicUrl)));
  if ('db' in database) {
    const found = 'problem' in settings ? null : settings.settings;
    checks.push(...(await checkPortals(context, database.db, line.text('portal'), found)));
  }
  return { data: { isHealthy: !checks.some(isWrong), checks }, text: summary(checks), isFailure: checks.some(isWrong) };
}

type FoundSettings = { readonly settings: Settings } | { readonly problem: string };

function settingsOrProblem(context: CommandContext): FoundSettings {
  try {
    return { settings: readSettings(context.environment) };
  } catch (error) {
    if (!(error instanceof Misconfigured)) throw error;
    const problems = error.message.split('\n').slice(1);
    return { problem: problems.map((problem) => problem.replace(/^\s*- /, '')).join('; ') };
  }
}

type FoundDatabase = { readonly db: Pool } | { readonly problem: AppError };

async function databaseOrProblem(context: CommandContext): Promise<FoundDatabase> {
  try {
    return { db: await context.database() };
  } catch (error) {
    if (error instanceof AppError) return { problem: error };
    throw error;
  }
}

/** @param settings null: they cannot be used, so nobody can be asked */
async function checkPortals(
  context: CommandContext,
  db: Pool,
  wanted: string | null,
  settings: Settings | null,
): Promise<readonly Check[]> {
  const portals = wanted === null ? await listPortals(db) : [await choosePortal(db, wanted)];
  if (portals.length === 0) {
    return [unknown(null, 'portals', 'none has installed the app yet', 'install the app in a portal')];
  }
  const calls = settings === null ? null : await callsOrProblem(context, settings);
  try {
    const checks: Check[] = [];
    for (const portal of portals) {
      checks.push(...(await checkStored(context, db, portal)));
      if (portal.state !== 'uninstalled') checks.push(...(await askPortal(db, portal, calls, settings)));
    }
    return checks;
  } finally {
    if (calls !== null && 'client' in calls) await calls.close();
  }
}

type Calls = Awaited<ReturnType<typeof callsOrProblem>>;

async function callsOrProblem(context: CommandContext, settings: Settings) {
  try {
    return await openPortalCalls(context, settings);
  } catch (error) {
    if (error instanceof AppError) return { problem: error };
    throw error;
  }
}

async function askPortal(
  db: Pool,
  portal: Portal,
  calls: Calls | null,
  settings: Settings | null,
): Promise<readonly Check[]> {
  if (calls === null || settings === null) {
    return [unknown(portal.domain, 'the portal itself', 'not asked, because the settings are incomplete')];
  }
  if ('problem' in calls) return [unknown(portal.domain, 'the portal itself', `not asked: ${calls.problem.message}`)];
  return await checkInPortal({ db, client: calls.client, portal, publicUrl: settings.PUBLIC_URL });
}

function summary(checks: readonly Check[]): string {
  const wrongs = checks.filter(isWrong).length;
  const unknowns = checks.filter((check) => check.verdict === 'unknown').length;
  const total = wrongs === 0 ? 'Nothing is wrong' : `${wrongs} ${wrongs === 1 ? 'thing is' : 'things are'} wrong`;
  return `${layChecks(checks)}\n\n${total}${unknowns === 0 ? '' : `, ${unknowns} unknown`}.`;
}

export const doctorCommand: Command = {
  noun: 'doctor',
  verb: null,
  summary: 'Looks at everything that has to be right, and says how to mend what is not',
  options: [portalFilter],
  run: doctor,
};
