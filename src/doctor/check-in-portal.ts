/** Asks a portal itself: whether the app counts as installed and paid there, what it may do, and whether its events come to us. */
import { readAppInfo } from '../bitrix24/app-info.ts';
import { neededScopes } from '../bitrix24/needed-scopes.ts';
import type { PortalClient } from '../bitrix24/rest/portal-client.ts';
import { AppError, orProblem } from '../core/errors.ts';
import { isRecord } from '../core/is-record.ts';
import type { Pool } from '../store/database.ts';
import { type BotRow, listBots } from '../store/tenants/bots.ts';
import type { Portal } from '../store/tenants/portals.ts';
import { type Check, ok, setUp, told, unknown, wrong } from './check.ts';

export interface PortalQuestions {
  readonly db: Pool;
  readonly client: PortalClient;
  readonly portal: Portal;
  readonly publicUrl: string;
  readonly patienceMs?: number;
}

/** How long a question may wait for the portal's request budget. */
const usualPatienceMs = 20_000;
const timeoutMs = 15_000;

/** Portals tell the time in whole seconds; tokens live an hour, so half a minute does no harm. */
const skewSeconds = 30;

const openApp = 'an administrator of the portal opens the app there once';
const setUpAgain = 'set the portal up again: "bots set --code <code>", or the button on the app\'s page';

/** A portal in webhook mode knows no app: the checks that concern the app are left out there. */
export async function checkInPortal(questions: PortalQuestions): Promise<readonly Check[]> {
  const { domain } = questions.portal;
  const isApp = await orProblem(() => questions.client.isApp(questions.portal.portal));
  if (isApp instanceof AppError) return silent(domain, isApp);
  const first = await ask(questions, isApp ? 'app.info' : 'scope');
  if (first instanceof AppError) return silent(domain, first);
  return [
    ...(isApp ? judgeApp(domain, first) : [told(ok(domain, 'mode', 'incoming webhook'), 'mode.webhook')]),
    await checkScopes(questions),
    ...(isApp ? [await checkEvents(questions)] : []),
    ...(await checkRegistered(questions)),
    await checkClock(questions),
  ];
}

function silent(domain: string, error: AppError): readonly Check[] {
  return [
    told(wrong(domain, 'the portal itself', error.message, mendOf(error, domain)), silentCodeOf(error), {
      code: error.code,
    }),
    unknown(domain, 'scopes, events, bots, clock', 'not asked, because the portal does not answer'),
  ];
}

/** The answer, or why there is none. Faults of this program are thrown. */
async function ask(
  { client, portal, patienceMs = usualPatienceMs }: PortalQuestions,
  method: string,
): Promise<unknown> {
  return await orProblem(() => client.call(portal.portal, method, {}, { patienceMs, timeoutMs }));
}

/** The code by which the pages say why the portal does not answer: `portal.open_app`, `portal.unpaid` or `portal.silent`. */
function silentCodeOf({ code }: AppError): string {
  if (code === 'bitrix24.disconnected' || code === 'bitrix24.not_installed') return 'portal.open_app';
  return code === 'bitrix24.payment_required' ? 'portal.unpaid' : 'portal.silent';
}

function mendOf(error: AppError, domain: string): string {
  switch (error.code) {
    case 'bitrix24.disconnected':
    case 'bitrix24.not_installed':
      return openApp;
    case 'bitrix24.payment_required':
      return 'the portal pays for the app';
    case 'bitrix24.PORTAL_DELETED':
      return `nothing, if ${domain} was deleted: \`portals erase\` removes what is stored about it`;
    case 'network.private_address':
    case 'network.scheme':
      return `if ${domain} is meant to be called, list its host:port in ALLOWED_PRIVATE_HOSTS`;
    case 'encryption.wrong_key':
      return `set the former key as APP_SECRET_PREVIOUS; if it is lost, ${openApp}`;
    case 'bitrix24.oauth_refused':
    case 'bitrix24.oauth_away':
      return 'check B24_CLIENT_ID, B24_CLIENT_SECRET and whether this machine reaches the hosts in B24_OAUTH_HOSTS';
    default:
      return error.code.startsWith('http.')
        ? `check whether this machine reaches ${domain} over https`
        : 'look the code up in the REST documentation, or try again later';
  }
}

const notFinished = 'not finished, so the portal sends no events (after an update too)';

function judgeApp(domain: string, info: unknown): readonly Check[] {
  const known = readAppInfo(info);
  if (known === null) {
    const check = unknown(domain, 'installation', 'the portal answered app.info with something else');
    return [told(check, 'app.unknown')];
  }
  const { isInstalled, isPaymentExpired: isExpired } = known;
  return [
    isInstalled
      ? told(ok(domain, 'installation', 'finished'), 'app.installed')
      : told(wrong(domain, 'installation', notFinished, openApp), 'app.not_finished'),
    isExpired
      ? told(
          wrong(domain, 'payment', 'expired, so the portal sends no events', 'the portal pays for the app'),
          'payment.expired',
        )
      : told(ok(domain, 'payment', 'not expired'), 'payment.ok'),
  ];
}

async function checkScopes(questions: PortalQuestions): Promise<Check> {
  const { domain } = questions.portal;
  const answer = await ask(questions, 'scope');
  if (!Array.isArray(answer)) return unanswered(domain, 'scopes', answer);
  const missing = neededScopes.filter((scope) => !answer.includes(scope));
  if (missing.length === 0) return told(ok(domain, 'scopes', neededScopes.join(', ')), 'scopes.ok');
  const mend = "add them to the app's card in the vendor's cabinet; an administrator then installs the new version";
  const scopes = missing.join(', ');
  return told(wrong(domain, 'scopes', `missing: ${scopes}`, mend), 'scopes.missing', { scopes });
}

/** The removal of the app is the event that must not be missed; the others are bound together with it. */
async function checkEvents(questions: PortalQuestions): Promise<Check> {
  const { domain } = questions.portal;
  const subject = 'events';
  const answer = await ask(questions, 'event.get');
  if (!Array.isArray(answer)) return unanswered(domain, subject, answer);
  const handlers = answer
    .filter(isRecord)
    .filter((entry) => String(entry['event']).toUpperCase() === 'ONAPPUNINSTALL')
    .map((entry) => String(entry['handler']));
  const ours = `${questions.publicUrl}/bitrix24/events`;
  if (handlers.includes(ours)) return told(ok(domain, subject, `come to ${ours}`), 'events.ok');
  const found =
    handlers.length === 0
      ? 'the removal of the app is not announced to us'
      : `go to ${handlers.join(', ')}, not to ${ours}`;
  return told(wrong(domain, subject, found, setUpAgain), 'events.elsewhere', {}, setUp);
}

async function checkRegistered(questions: PortalQuestions): Promise<readonly Check[]> {
  const { db, portal } = questions;
  const bots = (await listBots(db, portal.portal)).filter((bot) => bot.state === 'registered');
  if (bots.length === 0) return [];
  const known = await readBots(questions);
  if (known instanceof AppError) return [unanswered(portal.domain, 'registered bots', known)];
  return bots.map((bot) => judgeBot(portal.domain, bot, known));
}

/** Codes by bot id. v2 lists our own bots; v1, on older portals, those of every app. */
async function readBots(questions: PortalQuestions): Promise<ReadonlyMap<string, string> | AppError> {
  const own = questions.portal.has_imbot_v2 === false ? null : await ask(questions, 'imbot.v2.Bot.list');
  const isOld = own === null || (own instanceof AppError && own.code === 'bitrix24.ERROR_METHOD_NOT_FOUND');
  const answer = isOld ? await ask(questions, 'imbot.bot.list') : own;
  if (answer instanceof AppError) return answer;
  const list = isOld ? answer : isRecord(answer) ? answer['bots'] : [];
  const entries = (Array.isArray(list) ? list : isRecord(list) ? Object.values(list) : []).filter(isRecord);
  return new Map(entries.map((entry) => [String(entry['id'] ?? entry['ID']), String(entry['code'] ?? entry['CODE'])]));
}

function judgeBot(domain: string, bot: BotRow, known: ReadonlyMap<string, string>): Check {
  const subject = `bot ${bot.code}`;
  const code = known.get(bot.bot_id ?? '');
  const values = { bot: bot.name };
  if (code === bot.code)
    return told(ok(domain, subject, `registered, id ${bot.bot_id ?? ''}`), 'bot.registered', values);
  const found =
    code === undefined
      ? `the portal knows no bot of ours with id ${bot.bot_id ?? ''}`
      : `in the portal, id ${bot.bot_id ?? ''} is ${code}`;
  return told(wrong(domain, subject, found, setUpAgain), 'bot.lost', values, setUp);
}

async function checkClock(questions: PortalQuestions): Promise<Check> {
  const { domain } = questions.portal;
  const before = Date.now();
  const answer = await ask(questions, 'server.time');
  const theirs = typeof answer === 'string' ? Date.parse(answer) : Number.NaN;
  if (Number.isNaN(theirs)) return unanswered(domain, 'clock', answer);
  const skew = Math.round(((before + Date.now()) / 2 - theirs) / 1_000);
  if (Math.abs(skew) <= skewSeconds) return told(ok(domain, 'clock', "agrees with the portal's"), 'clock.ok');
  const direction = skew > 0 ? 'ahead of' : 'behind';
  const mend = 'let this machine keep its clock over the network (NTP); a self-hosted portal needs that too';
  const seconds = Math.abs(skew);
  return told(wrong(domain, 'clock', `${seconds} s ${direction} the portal's`, mend), 'clock.wrong', { seconds });
}

/** The first word of the code under which the pages know what was asked for. */
function asked(subject: string): string {
  return subject === 'registered bots' ? 'bots' : subject;
}

function unanswered(domain: string, subject: string, answer: unknown): Check {
  const found = answer instanceof AppError ? answer.message : 'the portal answered something unexpected';
  return told(
    unknown(domain, subject, found, answer instanceof AppError ? mendOf(answer, domain) : null),
    `${asked(subject)}.unknown`,
  );
}
