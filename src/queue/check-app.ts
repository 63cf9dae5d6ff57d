/**
 * Asks a portal whether the app still works in it, and tells the administrator once when it does not. After an update an app is not
 * installed until an administrator opens it, and a portal sends no events for an app that is not installed or not paid: without asking,
 * the bots would just be silent.
 */

import { type AppInfo, readAppInfo } from '../bitrix24/app-info.ts';
import type { PortalClient } from '../bitrix24/rest/portal-client.ts';
import { checkAppTrace } from '../core/actions.ts';
import { botTexts } from '../core/bot-texts.ts';
import { plainSend } from '../core/bridge-result.ts';
import { AppError } from '../core/errors.ts';
import { languageOf } from '../core/language.ts';
import { inTransaction, type Pool, type Transaction } from '../store/database.ts';
import { outboxLane } from '../store/queue/lane-names.ts';
import { appendActions } from '../store/queue/outbox.ts';
import { type AppState, storeAppState } from '../store/tenants/app-checks.ts';
import { listBots } from '../store/tenants/bots.ts';
import { findPortal, type Portal, updatePortal } from '../store/tenants/portals.ts';
import { findToken } from '../store/tenants/tokens.ts';

export interface CheckAppOptions {
  readonly db: Pool;
  readonly client: Pick<PortalClient, 'call' | 'isApp'>;
}

/** The installer finishes an installation within seconds; before this time nobody needs to be told. */
const graceMs = 3_600_000;

/** How long the question may wait for the portal's request budget: it is never urgent. */
const patienceMs = 20_000;

/** Returns the outcome that is stored with the action. A portal that cannot be asked now is asked at the next round. */
export async function checkApp({ db, client }: CheckAppOptions, id: string, signal: AbortSignal): Promise<string> {
  const portal = await findPortal(db, id);
  if (portal === null || portal.state === 'uninstalled') return 'portal_uninstalled';
  const info = await ask(client, id, signal);
  if (info === null) return 'app_not_checked';
  const state = stateOf(info);
  const isFresh = Date.now() - portal.installed_at.getTime() < graceMs;
  if (state === 'not_finished' && isFresh) return 'app_not_checked';
  await inTransaction(db, async (trx) => {
    // The plan decides how fast the portal may be called, and can change at any time.
    if (info.license !== '' && info.license !== portal.license) await updatePortal(trx, id, { license: info.license });
    const isNews = await storeAppState(trx, id, state);
    if (isNews && state !== 'working') await tellAdministrator(trx, portal, state);
  });
  return `app_${state}`;
}

async function ask(client: CheckAppOptions['client'], id: string, signal: AbortSignal): Promise<AppInfo | null> {
  try {
    // A portal in webhook mode knows no app.
    if (!(await client.isApp(id))) return null;
    return readAppInfo(await client.call(id, 'app.info', {}, { signal, patienceMs }));
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

function stateOf({ isInstalled, isPaymentExpired }: AppInfo): AppState {
  if (!isInstalled) return 'not_finished';
  return isPaymentExpired ? 'payment_expired' : 'working';
}

/** A bot writes to the administrator whose token the app uses. Where none can, the app's page and `doctor` still say it. */
async function tellAdministrator(trx: Transaction, portal: Portal, state: Exclude<AppState, 'working'>): Promise<void> {
  const token = await findToken(trx, portal.portal);
  const bot = (await listBots(trx, portal.portal)).find((one) => one.state === 'registered');
  if (token === null || !token.is_admin || token.user_id === '' || bot === undefined) return;
  const texts = botTexts(languageOf(portal.language)).appTrouble;
  const target = { portal: portal.portal, botCode: bot.code, dialogId: token.user_id };
  await appendActions(trx, [
    {
      ...target,
      lane: outboxLane(bot.code, token.user_id, 'portal'),
      target: 'portal',
      action: { ...plainSend(texts[state]), internal: false },
      trace: checkAppTrace,
    },
  ]);
}
