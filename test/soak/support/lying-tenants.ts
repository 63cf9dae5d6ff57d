/** Portals and accounts whose owners lie about addresses: stored as if they had been installed and connected, and then made to send messages. */
import { randomBytes } from 'node:crypto';
import { storeConnections } from '../../../bench/support/joined-connections.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { updateBot } from '../../../src/store/tenants/bots.ts';
import { formBody, portalAuth, privateMessageBody, recordedPairs } from '../../support/event-bodies.ts';
import type { FleetPortal } from './fleet-portal.ts';
import type { Liar, Lie } from './liar.ts';
import type { Poster } from './post.ts';
import { fleetBot } from './seed-portals.ts';

/** Lies that need a bot connected to the liar's account: those of the account, and those of the portal about files. */
const ofAccounts: ReadonlySet<Lie> = new Set([
  'address of a file of the portal',
  'redirect of a file of the portal',
  'redirect of a MessageGateway call',
  'address of a file of MessageGateway',
  'redirect of a WebSocket',
]);

export interface LyingTenant {
  readonly liar: Liar;
  readonly portal: FleetPortal;
  readonly webhook: { readonly path: string; readonly clientId: string } | null;
}

/** After the portal was stored: connects its bot to the liar's account, if the lie needs that. */
export async function connectLiar(
  databaseUrl: string,
  appSecret: Buffer,
  liar: Liar,
  portal: FleetPortal,
): Promise<LyingTenant> {
  if (!ofAccounts.has(liar.lie)) return { liar, portal, webhook: null };
  const access = { endpointUrl: liar.origin, token: randomBytes(16).toString('hex') };
  const clientId = randomBytes(32).toString('hex');
  const joined = { clientId, moduleCode: 'liar', bot: { ...access, botId: 1 }, transport: access, channelId: 1 };
  const configs = [{ crmUrl: liar.origin, apiKey: 'key', joined, answerWithinMs: 0 }];
  const shared = { databaseUrl, appSecret, portal: portal.memberId, brain: 'messagegateway', configs };
  const [stored] = await storeConnections(shared);
  if (stored === undefined) throw new Error('the connection was not stored');
  const db = openDatabase({ url: databaseUrl, poolSize: 1 });
  try {
    await updateBot(db, portal.memberId, fleetBot.code, { brain: 'messagegateway', connection_id: stored.id });
  } finally {
    await db.destroy();
  }
  return { liar, portal, webhook: { path: `/brains/messagegateway/${stored.webhookSecret}`, clientId } };
}

/** An employee writes, with a file if the lie is about files; their picture and text name the address as well. */
export async function writeTo({ liar, portal }: LyingTenant, poster: Poster): Promise<number> {
  const hasFile = liar.lie.includes('file of the portal');
  const { url } = liar.evil;
  const extra = {
    'data[USER][AVATAR]': url,
    'data[USER][avatar_hr]': url,
    'data[PARAMS][MESSAGE]': `see ${url} [img]${url}[/img]`,
  };
  const body = hasFile
    ? fileMessage(portal, extra)
    : privateMessageBody(portal, fleetBot, { userId: 27, messageId: '84333', text: 'x' }, extra);
  return (await poster.post('/bitrix24/events', body)).status;
}

function fileMessage(portal: FleetPortal, extra: Readonly<Record<string, string>>): string {
  const pairs = recordedPairs('v1-onimbotmessageadd-file').map(
    ([key, value]) => [key.replace('[567]', `[${fleetBot.id}]`), value] as const,
  );
  const bot = { [`data[BOT][${fleetBot.id}][BOT_CODE]`]: fleetBot.code };
  return formBody(pairs, { ...portalAuth(portal), ...bot, ...extra });
}

/** A manager answers with a file; their picture names the address as well. */
export async function answerFrom({ liar, webhook }: LyingTenant, poster: Poster): Promise<number> {
  if (webhook === null) return 0;
  const data = {
    id: 77,
    channel_id: 1,
    type: 'image',
    external_chat_id: liar.chatRef,
    external_user_id: liar.chatRef,
    items: [{ id: 'file', caption: 'picture' }],
    user: { id: 5, first_name: 'A', avatar: liar.evil.url },
    customer: { first_name: 'B', avatar: liar.evil.url },
  };
  const body = JSON.stringify({ type: 'message_sent', meta: { timestamp: Math.floor(Date.now() / 1000) }, data });
  const headers = { 'content-type': 'application/json', clientid: webhook.clientId };
  return (await poster.post(webhook.path, body, { headers })).status;
}
