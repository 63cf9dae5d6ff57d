/** `portals add`: a portal without the installed app, reached through an incoming webhook of its administrator. */
import { readAnswer } from '../bitrix24/rest/rest-errors.ts';
import { settingsSchema } from '../config.ts';
import { BadInput } from '../core/errors.ts';
import { randomToken, sha256 } from '../lib/encryption.ts';
import { createGotClient } from '../lib/http-engine-got.ts';
import { createNetworkGuard } from '../lib/network-guard.ts';
import { tokenContext, webhookUser } from '../portals/token-context.ts';
import { inTransaction } from '../store/database.ts';
import { upsertPortal } from '../store/tenants/portals.ts';
import { offerToken } from '../store/tenants/tokens.ts';
import type { Answer, Command, CommandContext, CommandLine } from './command.ts';
import { wrap } from './layout.ts';
import { orderSetUp, setUpTexts } from './order-set-up.ts';

const timeoutMs = 10_000;

/** A webhook does not lapse; the column wants a moment. */
const never = new Date('9999-12-31T00:00:00Z');

/** `https://portal/rest/<user>/<secret>/`, also when an example method was copied along. */
function readWebhook(typed: string): URL {
  const path = URL.canParse(typed) ? /^\/rest\/\d+\/[^/]+\//.exec(`${new URL(typed).pathname}/`)?.[0] : undefined;
  if (path !== undefined) return new URL(path, typed);
  throw new BadInput({
    code: 'portal.bad_webhook',
    message: 'an incoming webhook looks like https://portal.bitrix24.com/rest/1/secret/',
  });
}

/** Asks the portal through it, so that a mistyped one is heard of now. Throws AppErrors. */
async function checkWebhook(webhook: URL, context: CommandContext): Promise<void> {
  const hosts = settingsSchema.shape.ALLOWED_PRIVATE_HOSTS.safeParse(context.environment['ALLOWED_PRIVATE_HOSTS']);
  const guard = createNetworkGuard({ allowedPrivateHosts: hosts.data ?? [] });
  const http = createGotClient({ guard });
  try {
    const url = new URL('profile', webhook);
    readAnswer({ method: 'profile', ...(await http.send({ method: 'POST', url, timeoutMs })) });
  } finally {
    await http.close();
  }
}

async function add(line: CommandLine, context: CommandContext): Promise<Answer> {
  const webhook = readWebhook(line.need('webhook'));
  const portal = line.need('member-id').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(portal)) {
    throw new BadInput({ code: 'portal.bad_member_id', message: 'a member_id has 32 hexadecimal digits' });
  }
  await checkWebhook(webhook, context);
  const sealer = await context.sealer();
  const db = await context.database();
  // The portal sends it back as the application token of every event, which tells true events from forged ones.
  const clientId = randomToken(24);
  const trace = await inTransaction(db, async (trx) => {
    await upsertPortal(trx, {
      portal,
      domain: webhook.host,
      clientEndpoint: new URL('/rest/', webhook).href,
      serverEndpoint: '',
      applicationTokenHash: sha256(clientId),
      scope: '',
      language: line.text('language') ?? 'ru',
      isAdmin: true,
    });
    await offerToken(trx, {
      portal,
      accessSealed: sealer.seal(webhook.href, tokenContext.access(portal)),
      refreshSealed: sealer.seal(clientId, tokenContext.refresh(portal)),
      expiresAt: never,
      userId: webhookUser,
      isAdmin: true,
    });
    return await orderSetUp(trx, portal);
  });
  const text = wrap(`${webhook.host} is added and its bots are being registered. ${setUpTexts(trace)}`, '');
  return { data: { portal, domain: webhook.host, trace }, text };
}

export const addPortalCommand: Command = {
  noun: 'portals',
  verb: 'add',
  summary: 'Adds a portal in which the app is not installed, through an incoming webhook',
  options: [
    { name: 'webhook', value: 'address', isRequired: true, text: 'The incoming webhook, with rights for chat bots' },
    { name: 'member-id', value: 'id', isRequired: true, text: "The portal's member_id, as its events name it" },
    { name: 'language', value: 'ru|en', text: 'Language of the bots; ru when left out' },
  ],
  run: add,
};
