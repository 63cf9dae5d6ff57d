/** The set-up of the portal, live, and the installation wizard's own progress. */
import { refusalIn } from '../../bitrix24/install/bot-refusals.ts';
import { neededScopes } from '../../bitrix24/needed-scopes.ts';
import { orderPortalSetUp } from '../../portals/app-orders.ts';
import { inTransaction } from '../../store/database.ts';
import { findLastMessage, type LastMessage } from '../../store/reporting/last-message.ts';
import { listBots } from '../../store/tenants/bots.ts';
import type { Portal } from '../../store/tenants/portals.ts';
import { moveWizard, type WizardProgress } from '../../store/tenants/wizard.ts';
import { sessionOver } from '../api-errors.ts';
import { endpoint } from '../endpoint.ts';
import {
  type FirstMessage,
  firstMessageSchema,
  orderedSetUpSchema,
  setUpSchema,
  wizardChangeSchema,
  wizardSchema,
} from '../schemas/setup.ts';

const show = endpoint({
  method: 'GET',
  path: '/api/setup',
  summary: 'The rights of the app, its bots as they are being set up, and where the installation wizard goes on',
  access: 'anyone-of-portal',
  answer: setUpSchema,
  async handle({ services, session, portal, role, language }) {
    const bots = role === 'none' ? [] : await listBots(services.db, portal.portal);
    const granted = scopesOf(portal);
    return {
      rights: {
        isAdmin: role === 'admin',
        granted,
        missing: granted.length === 0 ? [] : neededScopes.filter((scope) => !granted.includes(scope)),
      },
      state: stateOf(portal),
      problem:
        portal.set_up_error === null
          ? null
          : { code: portal.set_up_error_code ?? 'unavailable', message: portal.set_up_error },
      setUpAt: portal.set_up_at?.toISOString() ?? null,
      isSetUpSinceOpened: (portal.set_up_at?.getTime() ?? 0) > session.openedAt,
      appProblem: portal.app_state === 'working' ? null : portal.app_state,
      bots: bots.map(({ code, type, name, bot_id: botId, state, problem, brain, connection_id: connectionId }) => ({
        code,
        type,
        name,
        botId,
        state,
        problem: refusalIn(problem, language),
        brain,
        connectionId,
      })),
      wizard: progress(portal),
    };
  },
});

function stateOf({ set_up_error: error, set_up_at: at }: Portal): 'working' | 'failing' | 'done' {
  if (error !== null) return 'failing';
  return at === null ? 'working' : 'done';
}

function scopesOf({ scope }: Portal): string[] {
  return scope
    .split(/[\s,]+/)
    .filter((one) => one !== '')
    .toSorted();
}

function progress({ wizard_step: step, wizard_ended_at: endedAt, wizard_began_at: beganAt }: WizardProgress) {
  return { step, isEnded: endedAt !== null, beganAt: beganAt.toISOString() };
}

const orderAgain = endpoint({
  method: 'POST',
  path: '/api/setup/orders',
  summary: 'Sets the portal up again: its bots, their commands and events; follow it by GET /api/setup',
  access: 'admin',
  answer: orderedSetUpSchema,
  async handle({ services, portal: { portal }, now, note }) {
    const trace = await orderPortalSetUp(services.db, services.wakeups, portal, note);
    return { orderedAt: now.toISOString(), trace };
  },
});

const move = endpoint({
  method: 'PATCH',
  path: '/api/setup/wizard',
  summary: 'Remembers where the installation wizard goes on when the app is opened again, or ends it',
  access: 'admin',
  body: wizardChangeSchema,
  answer: wizardSchema,
  async handle({ services, portal, body, note }) {
    return await inTransaction(services.db, async (trx) => {
      const moved = await moveWizard(trx, portal.portal, body);
      if (moved === null) throw sessionOver();
      const isEnded = moved.wizard_ended_at !== null;
      if (isEnded !== (portal.wizard_ended_at !== null)) {
        await note(trx, portal.portal, { action: isEnded ? 'wizard.ended' : 'wizard.begun', subject: '' });
      }
      return progress(moved);
    });
  },
});

const showFirstMessage = endpoint({
  method: 'GET',
  path: '/api/setup/first-message',
  summary: 'The latest message that reached a bot since the installation wizard began, and what became of it',
  access: 'admin',
  answer: firstMessageSchema,
  async handle({ services, portal }) {
    const found = await findLastMessage(services.db, portal.portal, portal.wizard_began_at);
    return { message: found === null ? null : describe(found) };
  },
});

function describe(found: LastMessage): FirstMessage {
  return {
    botCode: found.bot_code,
    dialogId: found.dialog_id,
    trace: found.trace,
    at: found.at.toISOString(),
    ...becameOf(found),
    passedAt: found.passed_state === 'done' ? (found.passed_at?.toISOString() ?? null) : null,
    answeredAt: found.answered_at?.toISOString() ?? null,
    shownAt: found.shown_state === 'done' ? (found.shown_at?.toISOString() ?? null) : null,
  };
}

/** The states of rows that were not done and will not be tried again. */
const lost: ReadonlySet<string> = new Set(['dead_letter', 'unknown', 'dropped']);

function becameOf(found: LastMessage): Pick<NonNullable<FirstMessage>, 'state' | 'outcome'> {
  const { state, outcome, passed_state: passed, shown_state: shown } = found;
  if (lost.has(state)) return { state: 'failed', outcome };
  if (outcome === null) return { state: 'arrived', outcome };
  if (outcome.includes('unanswered')) return { state: 'unanswered', outcome };
  // The app itself answered, as it does `/help`, or no answer is due.
  if (passed === null) return { state: outcome.startsWith('forwarded') ? 'arrived' : 'ignored', outcome };
  if (found.answered_at !== null) {
    if (shown === 'done') return { state: 'answered', outcome };
    const { shown_outcome: why } = found;
    if (shown !== null && lost.has(shown)) return { state: 'failed', outcome: why };
    return { state: why === null ? 'passed' : 'retrying', outcome: why };
  }
  const { passed_outcome: why } = found;
  if (lost.has(passed)) return { state: 'failed', outcome: why };
  if (passed === 'done') return { state: 'passed', outcome };
  return { state: why === null ? 'arrived' : 'retrying', outcome: why };
}

export const setUpEndpoints = [show, orderAgain, move, showFirstMessage];
