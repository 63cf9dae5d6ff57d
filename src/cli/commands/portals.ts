/** `portals`: who has installed the app, what is known of each, its plan and its event API, adding one by a webhook, and erasing one. */
import { Option } from '@commander-js/extra-typings';
import { eraseCopy, erasePortalNow } from '../../connections/erase-portal.ts';
import { badInput } from '../../core/errors.ts';
import { type EventApi, eventApis } from '../../core/event-api.ts';
import { changeEventApi } from '../../portals/change-event-api.ts';
import { enterpriseRate, type Rate, standardRate } from '../../portals/portal-rate-limiter.ts';
import { webhookUser } from '../../portals/token-context.ts';
import { installByWebhook } from '../../portals/webhook-installation.ts';
import { countDay } from '../../store/reporting/activity.ts';
import { countDeadLetters } from '../../store/reporting/history.ts';
import { listBots } from '../../store/tenants/bots.ts';
import { listConnections } from '../../store/tenants/connections.ts';
import { findPortal, listPortals, type Portal, updatePortal } from '../../store/tenants/portals.ts';
import { findToken, type TokenRow } from '../../store/tenants/tokens.ts';
import { choosePortal, namedPortal, portalOption } from '../arguments/choose-portal.ts';
import { livesInAnotherCell } from '../cells/open-directory.ts';
import { type AddCommands, type Answer, type CommandContext, usageError } from '../framework/command.ts';
import { facts, moment, table, wrap } from '../framework/layout.ts';
import { openHttp, openLeaving, openWakeups } from '../services.ts';
import { botTable, describeBot, setUpText } from './bots.ts';
import { connectionTable, describeConnection, leaveText } from './connections.ts';
import { move, moveTarget, settleOption } from './move-portal.ts';

const plans: Readonly<Record<string, Rate>> = { standard: standardRate, enterprise: enterpriseRate };

/** Without the token hash. */
function describePortal(row: Portal) {
  return {
    portal: row.portal,
    domain: row.domain,
    state: row.state,
    license: row.license,
    language: row.language,
    scope: row.scope,
    restEndpoint: row.client_endpoint,
    hasV2: row.has_imbot_v2,
    memberId: row.member_id ?? row.portal,
    eventApi: row.event_api,
    eventApiWanted: row.event_api_wanted,
    ratePerSecond: row.rate_per_second,
    rateBurst: row.rate_burst,
    moveState: row.move_state,
    moveTo: row.move_to,
    installedAt: row.installed_at,
    setUpAt: row.set_up_at,
    setUpError: row.set_up_error,
    uninstalledAt: row.uninstalled_at,
  };
}

async function list(context: CommandContext): Promise<Answer> {
  const db = await context.database();
  const [rows, bots] = await Promise.all([listPortals(db), listBots(db)]);
  const portals = rows.map((row) => ({
    ...describePortal(row),
    bots: bots.filter((bot) => bot.portal === row.portal && bot.state === 'registered').length,
  }));
  const cells = portals.map((one) => [
    one.portal,
    one.domain,
    stateText(one),
    String(one.bots),
    moment(one.setUpAt).slice(0, 16),
  ]);
  const text = table(['portal', 'domain', 'state', 'bots', 'set up (UTC)'], cells);
  return { data: { portals }, text: text === '' ? 'No portal has installed the app yet.' : text };
}

function stateText({ state, setUpError, moveState, moveTo }: ReturnType<typeof describePortal>): string {
  if (moveState !== null) return moveTo === null ? 'arriving' : `moving to ${moveTo}`;
  return setUpError === null ? state : `${state}, set-up failing`;
}

type Named = { readonly portal?: string | undefined };

interface Leftovers {
  readonly deadLetters: number;
  readonly unknown: number;
}

async function show(context: CommandContext, options: Named): Promise<Answer> {
  const db = await context.database();
  const row = await choosePortal(db, options.portal);
  const [token, bots, connections, day, counted] = await Promise.all([
    findToken(db, row.portal),
    listBots(db, row.portal),
    listConnections(db, row.portal),
    countDay(db, row.portal),
    countDeadLetters(db, row.portal),
  ]);
  const leftovers = { deadLetters: counted.inbox + counted.outbox, unknown: counted.unknown };
  const data = {
    portal: describePortal(row),
    token: token && describeToken(token),
    bots: bots.map(describeBot),
    connections: connections.map((one) => describeConnection(one, bots)),
    lastDay: day.map((one) => ({ botCode: one.bot_code, outcome: one.outcome, events: one.events })),
    ...leftovers,
  };
  const dayRows = day.map((one) => [one.bot_code, one.outcome, String(one.events)]);
  const parts = [
    portalFacts(row, token, leftovers),
    titled('Bots', botTable(bots)),
    titled('Connections', connectionTable(connections, bots)),
    titled('Events of the last day', table(['bot', 'outcome', 'events'], dayRows)),
  ];
  return { data, text: parts.filter((part) => part !== '').join('\n\n') };
}

function describeToken(token: TokenRow) {
  return {
    userId: token.user_id,
    isAdmin: token.is_admin,
    expiresAt: token.expires_at,
    refreshedAt: token.refreshed_at,
  };
}

function portalFacts(row: Portal, token: TokenRow | null, left: Leftovers): string {
  return facts([
    ['portal', row.portal],
    ['domain', row.domain],
    ['state', row.state],
    ['licence', row.license === '' ? '-' : row.license],
    ['scopes', row.scope === '' ? '-' : row.scope],
    ['rate', rateText(row)],
    ['API', row.has_imbot_v2 === null ? 'not asked yet' : row.has_imbot_v2 ? 'imbot.v2' : 'imbot v1 only'],
    ['events', eventText(row)],
    ['installed', moment(row.installed_at)],
    ['set up', row.set_up_error === null ? moment(row.set_up_at) : `failing: ${row.set_up_error}`],
    ...(row.uninstalled_at === null ? [] : [['removed', moment(row.uninstalled_at)] as const]),
    ['tokens', tokenText(token)],
    ['dead letters', `${left.deadLetters}, and ${left.unknown} of unknown fate`],
  ]);
}

function tokenText(token: TokenRow | null): string {
  if (token === null) return 'none';
  if (token.user_id === webhookUser) return 'an incoming webhook, which needs no refresh';
  const whose = token.is_admin ? 'of an administrator' : 'of a user who may not be an administrator';
  const id = token.user_id === '' ? '' : ` (id ${token.user_id})`;
  return `${whose}${id}, refreshed ${moment(token.refreshed_at)}`;
}

function rateText(row: Portal): string {
  if (row.rate_per_second === null || row.rate_burst === null) return 'as in the settings';
  return `${row.rate_per_second} requests a second, ${row.rate_burst} at once`;
}

const titled = (title: string, body: string): string => (body === '' ? '' : `${title}\n${body}`);

const eventApiTexts: Readonly<Record<EventApi, string>> = {
  'v1-webhook': 'posted by the portal (v1-webhook)',
  'v2-webhook': 'posted by the portal through imbot.v2 (v2-webhook)',
  'v2-fetch': 'polled by the app through imbot.v2 (v2-fetch)',
};

function eventText({ event_api: api, event_api_wanted: wanted }: Portal): string {
  const now = api === null ? 'not set up yet' : eventApiTexts[api];
  return wanted === null ? now : `${now}; changing to ${wanted}`;
}

const eventApiOption = () =>
  new Option('--event-api <api>', 'how events arrive: posted by the first bot API or imbot.v2, or polled').choices([
    ...eventApis,
    'auto',
  ] as const);

interface AddOptions {
  readonly webhook: string;
  readonly memberId?: string | undefined;
  readonly language: string;
  readonly eventApi?: EventApi | 'auto' | undefined;
}

async function add(context: CommandContext, options: AddOptions): Promise<Answer> {
  const db = await context.database();
  const sealer = await context.sealer();
  const { http } = openHttp(context);
  const added = await installByWebhook({ db, sealer, http, wakeups: openWakeups(context, db) }, options);
  const text = wrap(`${added.domain} is added and its bots are being registered. ${setUpText(added.trace)}`);
  return { data: added, text };
}

interface SetOptions extends Named {
  readonly plan?: string | undefined;
  readonly eventApi?: EventApi | 'auto' | undefined;
}

async function set(context: CommandContext, { portal: named, plan, eventApi }: SetOptions): Promise<Answer> {
  const db = await context.database();
  if (plan === undefined && eventApi === undefined) throw usageError('say what to set: --plan or --event-api');
  const rate = plan !== undefined && Object.hasOwn(plans, plan) ? plans[plan] : undefined;
  if (plan !== undefined && rate === undefined) {
    throw badInput('portal.unknown_plan', `a plan is one of: ${Object.keys(plans).join(', ')}`);
  }
  const { portal } = await choosePortal(db, named);
  if (rate !== undefined) await updatePortal(db, portal, { rate_per_second: rate.perSecond, rate_burst: rate.burst });
  const trace = eventApi === undefined ? null : await changeEventApi(db, openWakeups(context, db), portal, eventApi);
  const row = (await findPortal(db, portal)) ?? (await choosePortal(db, portal));
  const texts = [
    rate === undefined ? '' : `${row.domain}: ${rateText(row)}.`,
    trace === null ? '' : wrap(`${row.domain}: events are ${eventText(row)}. ${setUpText(trace)}`),
  ];
  return {
    data: { portal: describePortal(row), setUp: trace === null ? null : { trace } },
    text: texts.filter((text) => text !== '').join('\n'),
  };
}

async function erase(context: CommandContext, options: { readonly portal: string }): Promise<Answer> {
  const db = await context.database();
  const row = await choosePortal(db, options.portal);
  if (row.move_state !== null) {
    throw badInput(
      'portal.moving',
      `${row.domain} is being moved: finish the move, or take it back, and erase it then`,
    );
  }
  const work = await openLeaving(context);
  const { leftBots, isErased, left } = (await livesInAnotherCell(context.environment, row.portal))
    ? await eraseCopy(db, row.portal)
    : await erasePortalNow({ sealer: () => context.sealer(), http: () => openHttp(context).http, work }, row.portal);
  const remark =
    row.state === 'uninstalled' || row.server_endpoint === ''
      ? ''
      : ' The app is still installed there: its events are refused from now on, until an administrator removes the app or opens it again.';
  return {
    data: { portal: row.portal, domain: row.domain, isErased, leftBots: leftBots.map(({ code }) => code) },
    text: [
      wrap(`Everything known of ${row.domain} is erased.${remark}`),
      ...leftBots.map(({ code, problem }) =>
        wrap(`The bot ${code} stays in the portal, delete it there by hand: ${problem.message}`),
      ),
      ...left.map((one) => leaveText(context, one)).filter((text) => text !== null),
    ].join('\n'),
  };
}

export const addPortalCommands: AddCommands = (program, run) => {
  const portals = program.command('portals').description('the Bitrix24 accounts that have the app');
  portals
    .command('add')
    .description('add a portal in which the app is not installed, through an incoming webhook')
    .requiredOption('--webhook <address>', 'the incoming webhook, with rights for chat bots')
    .option('--member-id <id>', "the portal's member_id; without it, the portal's first event tells it")
    .addOption(eventApiOption())
    .option('--language <code>', "the portal's language, as Bitrix24 names it", 'ru')
    .action(run(add));
  portals.command('list').description('portals that have installed the app').action(run(list));
  portals
    .command('show')
    .description('what is known of a portal: tokens, bots, connections, the last day')
    .addOption(portalOption)
    .action(run(show));
  portals
    .command('set')
    .description("set a portal's plan, which decides how fast it may be called, or how its events arrive")
    .addOption(portalOption)
    .option('--plan <standard|enterprise>', '2 or 5 requests a second')
    .addOption(eventApiOption())
    .action(run(set));
  portals
    .command('move')
    .description('move a portal to another cell, while it is used (docs/scaling.md)')
    .addOption(namedPortal)
    .addOption(moveTarget)
    .addOption(settleOption)
    .action(run(move));
  portals
    .command('erase')
    .description('erase every trace of a portal, at once and for good')
    .addOption(namedPortal)
    .action(run(erase));
};
