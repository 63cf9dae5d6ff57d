/** Checks what is stored of a portal: its state, tokens, bots, brains and dead letters. Asks no other system. */
import { AppError } from '../../core/errors.ts';
import { webhookUser } from '../../portals/token-context.ts';
import type { Pool } from '../../store/database.ts';
import { countDeadLetters } from '../../store/reporting/history.ts';
import { type BotRow, type BotState, listBots } from '../../store/tenants/bots.ts';
import { type ConnectionRow, listConnections } from '../../store/tenants/connections.ts';
import type { Portal, PortalState } from '../../store/tenants/portals.ts';
import { findToken, type TokenRow } from '../../store/tenants/tokens.ts';
import { type CommandContext, orProblem } from '../framework/command.ts';
import { moment } from '../framework/layout.ts';
import { type Check, ok, unknown, wrong } from './check.ts';
import { checkDisabled, inspectConnection } from './check-connection.ts';

/** A refresh token dies after 180 days without use; the app refreshes dormant ones at 150. */
const tokenDays = 180;
const refreshDays = 150;

const openApp = 'an administrator of the portal opens the app there once';

const stateMends: Readonly<Record<Exclude<PortalState, 'installed' | 'uninstalled'>, string>> = {
  disconnected: openApp,
  suspended: 'the portal pays for the app or its plan, or comes back to its address; it goes on by itself then',
};

export async function checkStored(context: CommandContext, db: Pool, portal: Portal): Promise<readonly Check[]> {
  const { domain, state } = portal;
  if (state === 'uninstalled') {
    const since = portal.uninstalled_at === null ? 'some time ago' : moment(portal.uninstalled_at).slice(0, 16);
    return [ok(domain, 'state', `uninstalled (${since}); its data waits to be erased`)];
  }
  const [token, bots, connections] = await Promise.all([
    findToken(db, portal.portal),
    listBots(db, portal.portal),
    listConnections(db, portal.portal),
  ]);
  return [
    state === 'installed' ? ok(domain, 'state', 'installed') : wrong(domain, 'state', state, stateMends[state]),
    checkSetUp(portal),
    ...checkToken(domain, token),
    ...checkBots(context, domain, bots),
    ...(await checkConnections(context, domain, connections)),
    ...(await checkDeadLetters(db, portal)),
  ];
}

function checkSetUp(portal: Portal): Check {
  const again = 'fix what it names; the app tries again by itself, and "bots set --code <code>" makes it try at once';
  if (portal.set_up_error !== null) return wrong(portal.domain, 'set-up', `failing: ${portal.set_up_error}`, again);
  if (portal.set_up_at !== null) return ok(portal.domain, 'set-up', 'done');
  return wrong(portal.domain, 'set-up', 'not done yet', 'start a process with the role worker');
}

function checkToken(domain: string, token: TokenRow | null): readonly Check[] {
  if (token === null) return [wrong(domain, 'tokens', 'none stored', openApp)];
  if (token.user_id === webhookUser) return [ok(domain, 'tokens', 'an incoming webhook, which needs no refresh')];
  const days = Math.floor((Date.now() - token.refreshed_at.getTime()) / 86_400_000);
  const age = `refreshed ${days === 0 ? 'today' : `${days} days ago`}`;
  const late = 'run a process with the role worker';
  return [
    days >= tokenDays
      ? wrong(domain, 'tokens', `${age}; they are dead after ${tokenDays}`, openApp)
      : days > refreshDays
        ? wrong(domain, 'tokens', `${age}; the app should have done so at ${refreshDays}`, late)
        : ok(domain, 'tokens', age),
    ...(token.is_admin ? [] : [unknown(domain, 'rights', "the stored tokens may not be an administrator's", openApp)]),
  ];
}

function checkBots(context: CommandContext, domain: string, bots: readonly BotRow[]): readonly Check[] {
  if (bots.length === 0) return [wrong(domain, 'bots', 'none', 'bots add --code <code> --name <name>')];
  return bots.flatMap((bot) => [...checkState(domain, bot), ...checkBrain(context, domain, bot)]);
}

/** What is wrong with a bot in that state, and what to do about it. Whether the portal agrees to `registered` is asked of the portal. */
const stateProblems: Readonly<Record<Exclude<BotState, 'registered'>, (bot: BotRow) => readonly [string, string]>> = {
  wanted: () => ['not registered in the portal yet', 'start a process with the role worker'],
  refused: ({ problem }) => [`the portal refused it: ${problem ?? 'no reason given'}`, 'choose another code or name'],
  deleted: ({ code }) => [
    'a person deleted it in the portal',
    `bring it back with "bots add", or forget it: bots remove --code ${code}`,
  ],
};

function checkState(domain: string, bot: BotRow): readonly Check[] {
  if (bot.state === 'registered') return [];
  const [found, mend] = stateProblems[bot.state](bot);
  return [wrong(domain, `bot ${bot.code}`, found, mend)];
}

function checkBrain(context: CommandContext, domain: string, bot: BotRow): readonly Check[] {
  const subject = `brain of ${bot.code}`;
  const brain = context.brains.find((one) => one.name === bot.brain);
  const mend = `bots set --code ${bot.code} --brain <name>`;
  if (brain === undefined) return [wrong(domain, subject, `this program knows no brain ${bot.brain}`, mend)];
  if (brain.configSchema !== null && bot.connection_id === null) {
    return [
      wrong(domain, subject, `${brain.title} is not connected`, `connections add --brain ${brain.name}, then ${mend}`),
    ];
  }
  return [ok(domain, subject, brain.title)];
}

async function checkConnections(
  context: CommandContext,
  domain: string,
  rows: readonly ConnectionRow[],
): Promise<readonly Check[]> {
  if (rows.length === 0) return [];
  const sealer = await orProblem(() => context.sealer());
  if (sealer instanceof AppError) {
    return [unknown(domain, 'connections', sealer.message, 'set APP_SECRET as for the app')];
  }
  return rows.flatMap((row) => [
    ...inspectConnection(row, context.brains, sealer, domain),
    ...checkDisabled(row, context.brains, domain),
  ]);
}

async function checkDeadLetters(db: Pool, portal: Portal): Promise<readonly Check[]> {
  const { inbox, outbox, unknown: doubtful } = await countDeadLetters(db, portal.portal);
  const count = inbox + outbox;
  if (count === 0 && doubtful === 0) return [ok(portal.domain, 'dead letters', 'none')];
  const mend = 'see them with "dead-letters list"; fix the cause, then "dead-letters replay", or "dead-letters drop"';
  return [wrong(portal.domain, 'dead letters', `${count}, and ${doubtful} of unknown fate`, mend)];
}
