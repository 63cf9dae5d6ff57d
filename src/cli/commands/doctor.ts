/** `doctor`: checks everything that has to be right, and says of each thing whether it is, and if not how to fix it. */
import type { PortalClient } from '../../bitrix24/rest/portal-client.ts';
import { readSettings, type Settings } from '../../config.ts';
import { AppError, Misconfigured, orProblem } from '../../core/errors.ts';
import { type Check, isWrong, ok, unknown, wrong } from '../../doctor/check.ts';
import { checkInPortal } from '../../doctor/check-in-portal.ts';
import { checkPublicUrl } from '../../doctor/check-public-url.ts';
import { checkQueues } from '../../doctor/check-queues.ts';
import { checkStored } from '../../doctor/check-stored.ts';
import type { Pool } from '../../store/database.ts';
import { listPortals, type Portal } from '../../store/tenants/portals.ts';
import { choosePortal, portalFilter } from '../arguments/choose-portal.ts';
import { layChecks } from '../doctor/lay-checks.ts';
import type { AddCommands, Answer, CommandContext } from '../framework/command.ts';
import { openPortalClient } from '../services.ts';

async function doctor(context: CommandContext, options: { portal?: string | undefined }): Promise<Answer> {
  const settings = settingsOrProblem(context);
  const checks: Check[] = [
    'problem' in settings
      ? wrong(null, 'settings', settings.problem, 'set them as for the app (see .env.example)')
      : ok(null, 'settings', 'readable and complete'),
  ];
  const database = await orProblem(() => context.database());
  if (database instanceof AppError) {
    checks.push(wrong(null, 'database', database.message, 'fix this first: everything else depends on it'));
  } else {
    checks.push(ok(null, 'database', 'reachable, and of the schema of this version'), ...(await checkQueues(database)));
  }
  checks.push(...(await checkPublicUrl(context.publicUrl)));
  if (!(database instanceof AppError)) {
    const found = 'problem' in settings ? null : settings.settings;
    checks.push(...(await checkPortals(context, database, options.portal, found)));
  }
  const isHealthy = !checks.some(isWrong);
  return { data: { isHealthy, checks }, text: summary(checks), isFailure: !isHealthy };
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

/** @param settings null: they cannot be used, so no portal can be asked */
async function checkPortals(
  context: CommandContext,
  db: Pool,
  wanted: string | undefined,
  settings: Settings | null,
): Promise<readonly Check[]> {
  const portals = wanted === undefined ? await listPortals(db) : [await choosePortal(db, wanted)];
  if (portals.length === 0) {
    return [unknown(null, 'portals', 'none has installed the app yet', 'install the app in a portal')];
  }
  const client = settings === null ? null : await orProblem(() => openPortalClient(context, settings));
  const checks: Check[] = [];
  for (const portal of portals) {
    checks.push(...(await checkStored({ db, brains: context.brains, sealer: () => context.sealer() }, portal)));
    if (portal.state !== 'uninstalled') checks.push(...(await askPortal(db, portal, client, settings)));
  }
  return checks;
}

async function askPortal(
  db: Pool,
  portal: Portal,
  client: PortalClient | AppError | null,
  settings: Settings | null,
): Promise<readonly Check[]> {
  if (client === null || settings === null) {
    return [unknown(portal.domain, 'the portal itself', 'not asked, because the settings are incomplete')];
  }
  if (client instanceof AppError) return [unknown(portal.domain, 'the portal itself', `not asked: ${client.message}`)];
  return await checkInPortal({ db, client, portal, publicUrl: settings.PUBLIC_URL });
}

function summary(checks: readonly Check[]): string {
  const wrongs = checks.filter(isWrong).length;
  const unknowns = checks.filter((check) => check.verdict === 'unknown').length;
  const total = wrongs === 0 ? 'Nothing is wrong' : `${wrongs} ${wrongs === 1 ? 'thing is' : 'things are'} wrong`;
  return `${layChecks(checks)}\n\n${total}${unknowns === 0 ? '' : `, ${unknowns} unknown`}.`;
}

export const addDoctorCommand: AddCommands = (program, run) => {
  program
    .command('doctor')
    .description('check everything that has to be right, and say how to fix what is not')
    .addOption(portalFilter)
    .action(run(doctor));
};
