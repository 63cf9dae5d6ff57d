/**
 * The one-step connection: the CRM creates the key and posts it here, signed with the secret of the marketplace card
 * (docs/platform-notes/messagegateway.md#one-step-connection).
 */

import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { ConnectorHost, RouteAnswer } from '../../../core/brain.ts';
import type { WebhookRequest } from '../../../core/connector.ts';
import { AppError, badInput } from '../../../core/errors.ts';
import { jsonOrUndefined } from '../../../lib/bounded-json.ts';
import { sameDigest } from '../../../lib/encryption.ts';
import { awaitingIdOf } from '../account/client-id.ts';
import { registerAlone } from '../account/join.ts';
import { neededScopes } from '../api/crm-errors.ts';
import { readCrmUrl } from '../api/crm-url.ts';
import { apiKeySchema, configSchema } from '../config.ts';
import { type Account, checkAccount } from './account-draft.ts';
import { accountLink } from './named-account.ts';
import { type MessageGatewaySettings, settingsSchema } from './settings.ts';

const registerShape = z.object({ token: z.string(), apiKey: apiKeySchema, systemUrl: z.string() });

/** Tells the CRM which rights the key needs, and where to post the key. */
export function offerOneStep(_request: WebhookRequest, { settings, tools }: ConnectorHost): Promise<RouteAnswer> {
  secretOf(settings);
  const registerUrl = `${tools.publicUrl}/messagegateway/simple/register`;
  return Promise.resolve({ status: 200, json: { success: true, scopes: neededScopes, registerUrl } });
}

/**
 * Registers the module before it answers. The portal is not known yet, so the account is kept until the page has asked for the portal. An
 * account that is connected already is registered again with its new key. Errors are answered with 200 and a sentence, a forged token
 * with 401. The signature covers only the key, so the address is checked separately.
 */
export async function registerOneStep(request: WebhookRequest, host: ConnectorHost): Promise<RouteAnswer> {
  const secret = secretOf(host.settings);
  const field = new URLSearchParams(request.body.toString('utf8')).get('register');
  if (field === null || field === '') return refused('No data provided');
  const given = registerShape.safeParse(jsonOrUndefined(field));
  if (!given.success) return refused('Invalid JSON provided');
  const { token, apiKey, systemUrl } = given.data;
  const expected = createHmac('sha256', secret).update(apiKey).digest('hex');
  if (!sameDigest(Buffer.from(token.toLowerCase()), Buffer.from(expected))) return { status: 401, json: {} };
  const address = readCrmUrl(systemUrl);
  if ('problem' in address) return refused(`systemUrl: ${address.problem}`);
  try {
    const account = { crmUrl: address.origin, apiKey };
    await checkAccount(account, host.tools);
    const accountUrl = await registered(account, host);
    return { status: 200, json: { success: true, accountUrl } };
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return refused(thrown.message);
  }
}

/** How often storing the new key is tried while others change the connection. */
const maxAttempts = 5;

/** Registers the module; returns the address of the account's page. */
async function registered(account: Account, host: ConnectorHost): Promise<string> {
  const id = awaitingIdOf(account.crmUrl);
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const stored = await host.find(id);
    const known = stored === null ? null : configSchema.safeParse(stored.connection.config);
    if (stored === null || known?.success !== true || known.data.crmUrl !== account.crmUrl) {
      return await registeredAwaiting(id, account, host);
    }
    const config = { ...known.data, apiKey: account.apiKey };
    const connection = { ...stored.connection, config };
    await registerAlone(connection, host.hookUrl(connection), host.tools);
    // If the connection was changed meanwhile, for example by a health check, the next attempt puts the key into its present config.
    if (!(await host.store(stored, config))) continue;
    // A health check repairs tokens and channel; the user need not wait for it.
    await host.checkSoon(connection);
    return accountLink(connection, config, host);
  }
  throw badInput(
    'messagegateway.changing',
    'the connection of this account keeps changing; try again in a minute',
    409,
  );
}

async function registeredAwaiting(id: string, account: Account, host: ConnectorHost): Promise<string> {
  const { integrationCode } = settingsSchema.parse(host.settings ?? {});
  const config = configSchema.parse({ ...account, ...(integrationCode === undefined ? {} : { integrationCode }) });
  const connection = await host.awaiting.keep(id, config);
  try {
    await registerAlone(connection, host.hookUrl(connection), host.tools);
  } catch (thrown) {
    await host.awaiting.drop(id);
    throw thrown;
  }
  return accountLink(connection, config, host);
}

/** Throws BadInput `messagegateway.no_one_step` (404) where no secret is configured. */
function secretOf(settings: unknown): string {
  const { oneStepSecret }: MessageGatewaySettings = settingsSchema.parse(settings ?? {});
  if (oneStepSecret !== undefined) return oneStepSecret;
  throw badInput(
    'messagegateway.no_one_step',
    'the one-step connection is not set up here: BRAIN_SETTINGS has no messagegateway.oneStepSecret',
    404,
  );
}

function refused(errorMsg: string): RouteAnswer {
  return { status: 200, json: { success: false, errorMsg } };
}
