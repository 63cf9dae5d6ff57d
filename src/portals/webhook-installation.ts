/** Adds a portal in which the app is not installed: it is reached through an incoming webhook that its administrator has made. */
import { readAnswer } from '../bitrix24/rest/rest-errors.ts';
import { badInput } from '../core/errors.ts';
import { randomToken, type Sealer, sha256 } from '../lib/encryption.ts';
import type { HttpClient } from '../lib/http-client.ts';
import type { Wakeups } from '../runtime/wakeup.ts';
import type { Pool } from '../store/database.ts';
import type { Portal } from '../store/tenants/portals.ts';
import { findToken } from '../store/tenants/tokens.ts';
import { storeInstallation } from './store-installation.ts';
import { tokenContext, webhookUser } from './token-context.ts';

export interface WebhookInstallationOptions {
  readonly db: Pool;
  readonly sealer: Sealer;
  readonly http: HttpClient;
  readonly wakeups: Pick<Wakeups, 'outbox'>;
}

const timeoutMs = 10_000;

/** A webhook does not expire, but the column needs a moment. */
const never = new Date('9999-12-31T00:00:00Z');

/**
 * Asks the portal through the webhook, stores the portal and orders its set-up; for a known portal it replaces the webhook. Throws BadInput
 * `portal.bad_webhook` and `portal.bad_member_id`, and what the portal answers; then nothing is stored.
 */
export async function installByWebhook(
  { db, sealer, http, wakeups }: WebhookInstallationOptions,
  given: {
    readonly webhook: string;
    /** The portal's own id; without it, the portal is stored under a number made of its address, and names itself with its first event. */
    readonly memberId?: string | undefined;
    readonly language: string;
    readonly eventApi?: Portal['event_api_wanted'] | undefined;
  },
): Promise<{ readonly portal: string; readonly domain: string; readonly trace: string }> {
  const webhook = readWebhook(given.webhook);
  const portal = given.memberId?.toLowerCase() ?? standIn(webhook);
  if (!/^[0-9a-f]{32}$/.test(portal)) {
    throw badInput('portal.bad_member_id', 'a member_id has 32 hexadecimal digits');
  }
  const url = new URL('profile', webhook);
  readAnswer({ method: 'profile', ...(await http.send({ method: 'POST', url, timeoutMs })) });
  const clientId = (await knownClientId(db, sealer, portal)) ?? randomToken(24);
  const trace = `webhook-${randomToken(6)}`;
  await storeInstallation(
    db,
    {
      portal,
      domain: webhook.host,
      clientEndpoint: new URL('/rest/', webhook).href,
      serverEndpoint: '',
      applicationTokenHash: sha256(clientId),
      scope: '',
      language: given.language,
      isAdmin: true,
    },
    {
      accessSealed: sealer.seal(webhook.href, tokenContext.access(portal)),
      refreshSealed: sealer.seal(clientId, tokenContext.refresh(portal)),
      expiresAt: never,
      userId: webhookUser,
    },
    { trace, ...(given.eventApi === undefined ? {} : { eventApi: given.eventApi }) },
  );
  wakeups.outbox.ring();
  return { portal, domain: webhook.host, trace };
}

/**
 * The CLIENT_ID with which the bots of a portal in webhook mode were registered; null for any other portal. Every event brings it back as its
 * application token, which proves the event; so it is kept when the webhook is replaced.
 */
async function knownClientId(db: Pool, sealer: Sealer, portal: string): Promise<string | null> {
  const token = await findToken(db, portal);
  if (token?.user_id !== webhookUser) return null;
  return sealer.open(token.refresh_sealed, tokenContext.refresh(portal));
}

/** Neither the address nor any method of an incoming webhook tells the portal's id. The same portal gives the same number again. */
function standIn({ host }: URL): string {
  return sha256(`portal at ${host}`).toString('hex').slice(0, 32);
}

/** `https://portal/rest/<user>/<secret>/`; an example method that was copied along is left out. */
function readWebhook(typed: string): URL {
  const path = URL.canParse(typed) ? /^\/rest\/\d+\/[^/]+\//.exec(`${new URL(typed).pathname}/`)?.[0] : undefined;
  if (path !== undefined) return new URL(path, typed);
  throw badInput('portal.bad_webhook', 'an incoming webhook looks like https://portal.bitrix24.com/rest/1/secret/');
}
