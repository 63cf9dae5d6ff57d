/** Checks what is stored of a portal: its state, tokens, bots, brains and dead letters. Asks no other system. */
import type { Brain } from '../core/brain.ts';
import { AppError, orProblem } from '../core/errors.ts';
import { noBrain } from '../core/no-brain.ts';
import type { Sealer } from '../lib/encryption.ts';
import { webhookUser } from '../portals/token-context.ts';
import type { Pool } from '../store/database.ts';
import { countDeadLetters } from '../store/reporting/history.ts';
import { type BotRow, type BotState, listBots } from '../store/tenants/bots.ts';
import { type ConnectionRow, listConnections } from '../store/tenants/connections.ts';
import type { Portal, PortalState } from '../store/tenants/portals.ts';
import { findToken, type TokenRow } from '../store/tenants/tokens.ts';
import { type Check, ok, setUp, told, unknown, wrong } from './check.ts';
import { checkDisabled, inspectConnection } from './inspect-connection.ts';

/** A refresh token dies after 180 days without use; the app refreshes dormant ones at 150. */
const tokenDays = 180;
const refreshDays = 150;

const openApp = 'an administrator of the portal opens the app there once';

const stateMends: Readonly<Record<Exclude<PortalState, 'installed' | 'uninstalled'>, string>> = {
  disconnected: openApp,
  suspended: 'the portal pays for the app or its plan, or comes back to its address; it goes on by itself then',
};

export interface StoredQuestions {
  readonly db: Pool;
  readonly brains: readonly Brain[];
  /** Throws an AppError where the key of the secrets is not known. */
  readonly sealer: () => Promise<Sealer>;
}

export async function checkStored(questions: StoredQuestions, portal: Portal): Promise<readonly Check[]> {
  const { db } = questions;
  const { domain, state } = portal;
  if (state === 'uninstalled') {
    const since =
      portal.uninstalled_at === null
        ? 'some time ago'
        : portal.uninstalled_at.toISOString().slice(0, 16).replace('T', ' ');
    return [ok(domain, 'state', `uninstalled (${since}); its data waits to be erased`)];
  }
  const [token, bots, connections] = await Promise.all([
    findToken(db, portal.portal),
    listBots(db, portal.portal),
    listConnections(db, portal.portal),
  ]);
  return [
    state === 'installed'
      ? told(ok(domain, 'state', 'installed'), 'state.installed')
      : told(wrong(domain, 'state', state, stateMends[state]), `state.${state}`),
    checkSetUp(portal),
    ...checkToken(domain, token),
    ...checkBots(questions, domain, bots),
    ...(await checkConnections(questions, domain, connections)),
    ...(await checkDeadLetters(db, portal)),
  ];
}

function checkSetUp(portal: Portal): Check {
  const again =
    'fix what it names, then "bots set --code <code>": it tries at once, also where the app has given up trying by itself';
  const { domain, set_up_error: problem, set_up_at: at } = portal;
  if (problem !== null) {
    return told(wrong(domain, 'set-up', `failing: ${problem}`, again), 'set_up.failing', { problem }, setUp);
  }
  if (at !== null) return told(ok(domain, 'set-up', 'done'), 'set_up.done');
  const check = wrong(domain, 'set-up', 'not done yet', 'start a process with the role worker');
  return told(check, 'set_up.waiting', {}, setUp);
}

function checkToken(domain: string, token: TokenRow | null): readonly Check[] {
  if (token === null) return [told(wrong(domain, 'tokens', 'none stored', openApp), 'tokens.dead')];
  if (token.user_id === webhookUser) {
    return [told(ok(domain, 'tokens', 'an incoming webhook, which needs no refresh'), 'tokens.webhook')];
  }
  const days = Math.floor((Date.now() - token.refreshed_at.getTime()) / 86_400_000);
  const age = `refreshed ${days === 0 ? 'today' : `${days} days ago`}`;
  const late = 'run a process with the role worker';
  return [
    days >= tokenDays
      ? told(wrong(domain, 'tokens', `${age}; they are dead after ${tokenDays}`, openApp), 'tokens.dead')
      : days > refreshDays
        ? told(wrong(domain, 'tokens', `${age}; the app should have done so at ${refreshDays}`, late), 'tokens.late', {
            days,
          })
        : told(ok(domain, 'tokens', age), 'tokens.ok', { days }),
    ...(token.is_admin
      ? []
      : [
          told(unknown(domain, 'rights', "the stored tokens may not be an administrator's", openApp), 'rights.unknown'),
        ]),
  ];
}

function checkBots({ brains }: StoredQuestions, domain: string, bots: readonly BotRow[]): readonly Check[] {
  if (bots.length === 0) {
    return [told(wrong(domain, 'bots', 'none', 'bots add --code <code> --name <name>'), 'bots.none')];
  }
  return bots.flatMap((bot) => [...checkState(domain, bot), ...checkBrain(brains, domain, bot)]);
}

/** What is wrong with a bot in that state, and what to do about it. Whether `registered` is true, only the portal can say (`checkInPortal`). */
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
  const values = { bot: bot.name, problem: bot.problem ?? '' };
  const remedy = bot.state === 'wanted' ? setUp : null;
  return [told(wrong(domain, `bot ${bot.code}`, found, mend), `bot.${bot.state}`, values, remedy)];
}

function checkBrain(brains: readonly Brain[], domain: string, bot: BotRow): readonly Check[] {
  const subject = `brain of ${bot.code}`;
  const brain = brains.find((one) => one.name === bot.brain);
  const mend = `bots set --code ${bot.code} --brain <name>`;
  const values = { bot: bot.name, brain: brain?.title ?? bot.brain };
  if (brain === undefined) {
    return [told(wrong(domain, subject, `this program knows no brain ${bot.brain}`, mend), 'brain.unknown', values)];
  }
  if (brain.name === noBrain.name) {
    const none = wrong(domain, subject, 'nobody answers; customers get people at once', mend);
    return [told(none, 'brain.none', values)];
  }
  if (brain.configSchema !== null && bot.connection_id === null) {
    const connect = `connections add --brain ${brain.name}, then ${mend}`;
    return [told(wrong(domain, subject, `${brain.title} is not connected`, connect), 'brain.not_connected', values)];
  }
  return [told(ok(domain, subject, brain.title), 'brain.ok', values)];
}

async function checkConnections(
  questions: StoredQuestions,
  domain: string,
  rows: readonly ConnectionRow[],
): Promise<readonly Check[]> {
  if (rows.length === 0) return [];
  const sealer = await orProblem(() => questions.sealer());
  if (sealer instanceof AppError) {
    return [unknown(domain, 'connections', sealer.message, 'set APP_SECRET as for the app')];
  }
  return rows.flatMap((row) => [
    ...inspectConnection(row, questions.brains, sealer, domain),
    ...checkDisabled(row, questions.brains, domain),
  ]);
}

async function checkDeadLetters(db: Pool, portal: Portal): Promise<readonly Check[]> {
  const { inbox, outbox, unknown: doubtful } = await countDeadLetters(db, portal.portal);
  const count = inbox + outbox;
  if (count === 0 && doubtful === 0) return [told(ok(portal.domain, 'dead letters', 'none'), 'undelivered.none')];
  const mend = 'see them with "dead-letters list"; fix the cause, then "dead-letters replay", or "dead-letters drop"';
  const check = wrong(portal.domain, 'dead letters', `${count}, and ${doubtful} of unknown fate`, mend);
  return [told(check, 'undelivered.some', { count, unknown: doubtful })];
}
