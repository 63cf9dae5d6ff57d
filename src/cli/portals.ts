/** `portals`: who has installed the app, what is known of each, its plan, and erasing one. */
import { BadInput } from '../core/errors.ts';
import { enterpriseRate, type Rate, standardRate } from '../portals/portal-rate-limiter.ts';
import { webhookUser } from '../portals/token-context.ts';
import { inTransaction } from '../store/database.ts';
import { countDay } from '../store/reporting/activity.ts';
import { listBots } from '../store/tenants/bots.ts';
import { listConnections } from '../store/tenants/connections.ts';
import { erasePortal, findPortal, listPortals, type Portal, updatePortal } from '../store/tenants/portals.ts';
import { findToken, type TokenRow } from '../store/tenants/tokens.ts';
import { addPortalCommand } from './add-portal.ts';
import { botTable, describeBot } from './bots.ts';
import { choosePortal } from './choose-portal.ts';
import { type Answer, type Command, type CommandContext, type CommandLine, portalOption } from './command.ts';
import { connectionTable, describeConnection } from './connections.ts';
import { farewell } from './join-account.ts';
import { facts, moment, table, wrap } from './layout.ts';
import { countLeftovers } from './leftovers.ts';

const plans: Readonly<Record<string, Rate>> = { standard: standardRate, enterprise: enterpriseRate };

/** Without the token hash, and with words an operator knows. */
function describePortal(row: Portal) {
  return {
    portal: row.portal,
    domain: row.domain,
    state: row.state,
    license: row.license,
    language: row.language,
    scope: row.scope,
    restEndpoint: row.client_endpoint,
    hasV2: row.has_v2,
    ratePerSecond: row.rate_per_second,
    rateBurst: row.rate_burst,
    installedAt: row.installed_at,
    setUpAt: row.set_up_at,
    setUpError: row.set_up_error,
    uninstalledAt: row.uninstalled_at,
  };
}

async function list(_line: CommandLine, context: CommandContext): Promise<Answer> {
  const db = await context.database();
  const rows = await listPortals(db);
  const bots = await listBots(db);
  const portals = rows.map((row) => ({
    ...describePortal(row),
    bots: bots.filter((bot) => bot.portal === row.portal && bot.state === 'registered').length,
  }));
  const text = table(
    [
      { title: 'portal', isWhole: true },
      { title: 'domain' },
      { title: 'state' },
      { title: 'bots' },
      { title: 'set up (UTC)' },
    ],
    portals.map((one) => [
      one.portal,
      one.domain,
      one.setUpError === null ? one.state : `${one.state}, set-up failing`,
      String(one.bots),
      moment(one.setUpAt).slice(0, 16),
    ]),
  );
  return { data: { portals }, text: text === '' ? 'No portal has installed the app yet.' : text };
}

async function show(line: CommandLine, context: CommandContext): Promise<Answer> {
  const db = await context.database();
  const row = await choosePortal(db, line.text('portal'));
  const [token, bots, connections, day, leftovers] = await Promise.all([
    findToken(db, row.portal),
    listBots(db, row.portal),
    listConnections(db, row.portal),
    countDay(db, row.portal),
    countLeftovers(db, row.portal),
  ]);
  const portal = describePortal(row);
  const data = {
    portal,
    token: token && describeToken(token),
    bots: bots.map(describeBot),
    connections: connections.map((one) => describeConnection(one, bots)),
    lastDay: day.map((one) => ({ botCode: one.bot_code, outcome: one.outcome, events: one.events })),
    ...leftovers,
  };
  const parts = [
    portalFacts(row, token, leftovers),
    titled('Bots', botTable(bots)),
    titled('Connections', connectionTable(connections, bots)),
    titled(
      'Events of the last day',
      table(
        [{ title: 'bot' }, { title: 'outcome' }, { title: 'events' }],
        day.map((one) => [one.bot_code, one.outcome, String(one.events)]),
      ),
    ),
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

function portalFacts(row: Portal, token: TokenRow | null, left: { deadLetters: number; unknown: number }): string {
  return facts([
    ['portal', row.portal],
    ['domain', row.domain],
    ['state', row.state],
    ['licence', row.license === '' ? '-' : row.license],
    ['scopes', row.scope === '' ? '-' : row.scope],
    ['rate', rateTexts(row)],
    ['API', row.has_v2 === null ? 'not asked yet' : row.has_v2 ? 'imbot.v2' : 'imbot v1 only'],
    ['installed', moment(row.installed_at)],
    ['set up', row.set_up_error === null ? moment(row.set_up_at) : `failing: ${row.set_up_error}`],
    ...(row.uninstalled_at === null ? [] : [['removed', moment(row.uninstalled_at)] as const]),
    ['tokens', tokenTexts(token)],
    ['dead letters', `${left.deadLetters} given up, ${left.unknown} of unknown fate`],
  ]);
}

function tokenTexts(token: TokenRow | null): string {
  if (token === null) return 'none';
  if (token.user_id === webhookUser) return 'an incoming webhook, which needs no refresh';
  const whose = token.is_admin ? 'of an administrator' : 'of a user who may not be an administrator';
  const id = token.user_id === '' ? '' : ` (id ${token.user_id})`;
  return `${whose}${id}, refreshed ${moment(token.refreshed_at)}`;
}

function rateTexts(row: Portal): string {
  if (row.rate_per_second === null || row.rate_burst === null) return 'as in the settings';
  return `${row.rate_per_second} requests a second, ${row.rate_burst} at once`;
}

function titled(title: string, body: string): string {
  return body === '' ? '' : `${title}\n${body}`;
}

async function set(line: CommandLine, context: CommandContext): Promise<Answer> {
  const db = await context.database();
  const plan = line.need('plan');
  const rate = Object.hasOwn(plans, plan) ? plans[plan] : undefined;
  if (rate === undefined) {
    throw new BadInput({ code: 'portal.unknown_plan', message: `a plan is one of: ${Object.keys(plans).join(', ')}` });
  }
  const { portal } = await choosePortal(db, line.text('portal'));
  await updatePortal(db, portal, { rate_per_second: rate.perSecond, rate_burst: rate.burst });
  const row = (await findPortal(db, portal)) ?? (await choosePortal(db, portal));
  return { data: { portal: describePortal(row) }, text: `${row.domain}: ${rateTexts(row)}.` };
}

async function erase(line: CommandLine, context: CommandContext): Promise<Answer> {
  const db = await context.database();
  const row = await choosePortal(db, line.need('portal'));
  const left = await Promise.all((await listConnections(db, row.portal)).map((one) => farewell(context, one)));
  const isErased = await inTransaction(db, (trx) => erasePortal(trx, row.portal, false));
  const remark =
    row.state === 'uninstalled'
      ? ''
      : ' The app is still installed there: its events are refused from now on, until an administrator removes the app or opens it again.';
  return {
    data: { portal: row.portal, domain: row.domain, isErased },
    text: [
      wrap(`Everything known of ${row.domain} is erased.${remark}`, ''),
      ...left.flatMap((one) => (one === null ? [] : [wrap(one.words, '')])),
    ].join('\n'),
  };
}

export const portalCommands: readonly Command[] = [
  addPortalCommand,
  { noun: 'portals', verb: 'list', summary: 'Portals that have installed the app', options: [], run: list },
  {
    noun: 'portals',
    verb: 'show',
    summary: 'What is known of a portal: tokens, bots, connections, the last day',
    options: [portalOption],
    run: show,
  },
  {
    noun: 'portals',
    verb: 'set',
    summary: "Sets a portal's plan, which decides how fast it may be called",
    options: [
      portalOption,
      { name: 'plan', value: 'standard|enterprise', isRequired: true, text: '2 or 5 requests a second' },
    ],
    run: set,
  },
  {
    noun: 'portals',
    verb: 'erase',
    summary: 'Erases every trace of a portal, at once and for good',
    options: [{ ...portalOption, isRequired: true, text: 'The portal (member_id or domain)' }],
    run: erase,
  },
];
