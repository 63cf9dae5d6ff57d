/** `POST /messagegateway/activity`: the CRM reports that a module was switched on or off, frozen, or that its account has moved. */

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ConnectorHost, RouteAnswer, StoredConnection } from '../../../core/brain.ts';
import type { Connection, WebhookRequest } from '../../../core/connector.ts';
import type { ConnectorTools } from '../../../core/connector-tools.ts';
import { AppError } from '../../../core/errors.ts';
import { jsonOrUndefined } from '../../../lib/bounded-json.ts';
import { sameDigest, sha256 } from '../../../lib/encryption.ts';
import { crmOf } from '../account/account-crm.ts';
import type { DisabledReason } from '../account/check-health.ts';
import { clientIdOf, connectionIdIn } from '../account/client-id.ts';
import { isSameProvider, readCrmUrl } from '../api/crm-url.ts';
import { configSchema, isJoined, type JoinedConfig } from '../config.ts';

const activityShape = z.object({ active: z.boolean(), freeze: z.boolean().nullish() });

/** The answer of official modules (docs/platform-notes/messagegateway.md#activity-callback). */
const thanks: RouteAnswer = { status: 200, json: { success: true } };
const wrongData: RouteAnswer = { status: 400, json: { success: false, error: 'Wrong data' } };

/** Makes guessing slow. */
const guessMs = 200;

/**
 * The sender proves itself only by the client id, which other bots of the account can see. A stop is applied at once, because it does no
 * lasting harm. A start, and everything else, is left to a health check; a new address is verified by `movedTo`.
 */
export async function handleActivity(request: WebhookRequest, host: ConnectorHost): Promise<RouteAnswer> {
  const form = new URLSearchParams(request.body.toString('utf8'));
  const activity = activityShape.safeParse(jsonOrUndefined(form.get('activity') ?? ''));
  const clientId = form.get('clientId') ?? '';
  const found = await findAccount(clientId, host);
  if (found === null && activity.success && (await handleAwaiting(clientId, activity.data.active, host))) return thanks;
  if (found === null) await sleep(guessMs);
  if (found === null || !activity.success) return wrongData;
  const { stored, config } = found;
  const moved = await movedTo(form.get('systemUrl') ?? '', config, host.tools);
  if (!moved.isBelieved) return wrongData;
  if (moved.origin !== null && !(await storeMove(found, moved.origin, host))) return wrongData;
  const { active, freeze } = activity.data;
  const isOn = active && freeze !== true;
  const reason: DisabledReason = freeze === true ? 'frozen' : 'stopped';
  if (!isOn && needsDisabling(stored, reason)) await host.disable(stored.connection, reason);
  // A health check under way may have found the connection working before this stop, or stopped before this start.
  else if (moved.origin !== null || stored.disabledReason !== null) await host.checkSoon(stored.connection);
  return thanks;
}

/** An account that awaits its portal has nothing to stop: if it is switched off in the CRM, it is dropped. False: no awaiting account has the client id. */
async function handleAwaiting(clientId: string, isActive: boolean, host: ConnectorHost): Promise<boolean> {
  const connection = await host.awaiting.find(connectionIdIn(clientId) ?? '');
  if (connection === null || !sameDigest(sha256(clientId), sha256(clientIdOf(connection)))) return false;
  if (!isActive) await host.awaiting.drop(connection.id);
  return true;
}

/**
 * The connection may have been changed while the address was verified: then the address is put into the present config. False when the
 * connection got another address meanwhile, or keeps changing.
 */
async function storeMove(found: Account, crmUrl: string, host: ConnectorHost): Promise<boolean> {
  const { stored, config } = found;
  let isStored = await host.store(stored, { ...config, crmUrl });
  if (!isStored) {
    const again = await findAccount(config.joined.clientId, host);
    const isStill = again !== null && again.config.crmUrl === config.crmUrl;
    isStored = isStill && (await host.store(again.stored, { ...again.config, crmUrl }));
  }
  const words = isStored ? 'an account has moved' : 'an account has moved, but was changed by somebody else meanwhile';
  host.tools.log(words, { connection: stored.connection.id });
  return isStored;
}

/** A connection that is already disabled keeps its reason, unless the CRM has frozen it. */
function needsDisabling({ disabledReason }: StoredConnection, reason: DisabledReason): boolean {
  return disabledReason === null || (reason === 'frozen' && disabledReason !== 'frozen');
}

interface Account {
  readonly stored: StoredConnection;
  readonly config: JoinedConfig;
}

async function findAccount(clientId: string, host: ConnectorHost): Promise<Account | null> {
  const id = connectionIdIn(clientId);
  const stored = id === null ? null : await host.find(id);
  const config = stored === null ? null : joinedConfigOf(stored.connection);
  if (stored === null || config === null) return null;
  return sameDigest(sha256(clientId), sha256(config.joined.clientId)) ? { stored, config } : null;
}

function joinedConfigOf(connection: Connection): JoinedConfig | null {
  const parsed = configSchema.safeParse(connection.config);
  return parsed.success && isJoined(parsed.data) ? parsed.data : null;
}

/** A verified new address, null if there is none, or an address that is not believed. */
type Move = { readonly isBelieved: true; readonly origin: string | null } | { readonly isBelieved: false };

/**
 * Whether the account has moved. The stored key is sent only to a host of the vendor, to the same host as before, or to one that the account
 * names at its old address; and our own module must exist at the new one.
 */
async function movedTo(systemUrl: string, config: JoinedConfig, tools: ConnectorTools): Promise<Move> {
  const nowhere: Move = { isBelieved: true, origin: null };
  if (systemUrl.trim() === '') return nowhere;
  const address = readCrmUrl(systemUrl);
  const refuse = (why: string): Move => {
    tools.log('a new address of an account was not accepted', { why });
    return { isBelieved: false };
  };
  if ('problem' in address) return refuse(address.problem);
  const { origin } = address;
  if (origin === config.crmUrl) return nowhere;
  try {
    if (!isSameProvider(config.crmUrl, origin) && (await crmOf(config, tools).publicOrigin()) !== origin) {
      return refuse('the key of the account must not be shown there');
    }
    const there = crmOf({ ...config, crmUrl: origin }, tools);
    await there.checkKey();
    const module = await there.moduleState(config.joined.moduleCode);
    if (module?.clientId !== config.joined.clientId) return refuse('our module is not there');
    return { isBelieved: true, origin };
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return refuse(thrown.message);
  }
}
