/** Gets both tokens out of the CRM, however it words them and even when they were lost. */
import { Misconfigured } from '../../../core/errors.ts';
import type { CrmClient, CrmModule, MgToken, MgTokens } from '../api/crm-client.ts';
import type { Joined } from '../config.ts';

/** Address and token of one API, both known. */
export interface FullToken {
  readonly endpointUrl: string;
  readonly token: string;
}

export interface FullTokens {
  readonly bot: FullToken;
  readonly transport: FullToken;
}

/** Which of these tokens MessageGateway takes. Throws when that cannot be known now. */
export type TokenTest = (tokens: FullTokens) => Promise<{ readonly bot: boolean; readonly transport: boolean }>;

/**
 * Registers the module and returns addresses and tokens of both APIs. What the answer leaves out (`info: []`) is read from the module, then
 * taken from what is stored where that still works. A token that is nowhere to be had is asked for anew, which ends the old one: whatever is
 * on its way with it is refused.
 */
export async function registerModule(
  crm: CrmClient,
  module: CrmModule,
  stored: Joined | undefined,
  test: TokenTest,
): Promise<FullTokens> {
  let found = await crm.editModule(module);
  if (!hasTokens(found)) found = fillIn(found, await crm.readModule(module.code));
  if (!hasTokens(found) && stored !== undefined) found = fillIn(found, await working(found, stored, test));
  if (!hasTokens(found)) {
    const mgBot = found.bot.token === undefined ? { refreshToken: true as const } : {};
    const refresh = found.transport.token === undefined ? { refreshToken: true as const } : {};
    const { webhookUrl } = module.integrations.mgTransport;
    const integrations = { mgBot, mgTransport: { webhookUrl, ...refresh } };
    found = fillIn(await crm.editModule({ ...module, integrations }), found);
  }
  const known = stored === undefined ? found : fillIn(found, endpointsOf(stored));
  return { bot: full(known.bot, 'Bot'), transport: full(known.transport, 'Transport') };
}

function hasTokens({ bot, transport }: MgTokens): boolean {
  return bot.token !== undefined && transport.token !== undefined;
}

/** The stored accesses as far as they work, at the addresses the CRM names now. */
async function working(found: MgTokens, { bot, transport }: Joined, test: TokenTest): Promise<MgTokens> {
  const at = (stored: FullToken, now: MgToken): FullToken => ({
    endpointUrl: now.endpointUrl ?? stored.endpointUrl,
    token: now.token ?? stored.token,
  });
  const tokens = { bot: at(bot, found.bot), transport: at(transport, found.transport) };
  const works = await test(tokens);
  return { bot: works.bot ? tokens.bot : {}, transport: works.transport ? tokens.transport : {} };
}

function endpointsOf(stored: Joined): MgTokens {
  return {
    bot: { endpointUrl: stored.bot.endpointUrl },
    transport: { endpointUrl: stored.transport.endpointUrl },
  };
}

function fillIn(first: MgTokens, second: MgTokens): MgTokens {
  const one = (a: MgToken, b: MgToken): MgToken => ({
    endpointUrl: a.endpointUrl ?? b.endpointUrl,
    token: a.token ?? b.token,
  });
  return { bot: one(first.bot, second.bot), transport: one(first.transport, second.transport) };
}

function full({ endpointUrl, token }: MgToken, api: string): FullToken {
  if (endpointUrl !== undefined && token !== undefined) return { endpointUrl, token };
  const missing = token === undefined ? 'token' : 'address';
  throw new Misconfigured({
    code: 'messagegateway.no_access',
    message: `the CRM registered the module but gave no ${missing} of the ${api} API; check that chats are switched on in the CRM settings and join again`,
  });
}
