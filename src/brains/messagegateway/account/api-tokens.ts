/** Registers our module in the CRM and collects the tokens of both APIs, whichever CRM answer contains them. */
import { RemoteRefused } from '../../../core/errors.ts';
import type { Apis } from '../api/apis.ts';
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

/** Tells which of these tokens MessageGateway accepts. Throws when MessageGateway cannot be asked now. */
export type TokenTest = (tokens: FullTokens) => Promise<{ readonly bot: boolean; readonly transport: boolean }>;

/**
 * Registers the module and returns addresses and tokens of both APIs. If the answer lacks them (`info: []`), they are read from the module,
 * or taken from the stored config if they still work. As a last resort a new token is requested: this revokes the old one, and requests
 * under way with the old one are refused.
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

/** The stored tokens that still work, at the addresses the CRM gives now. */
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
  throw new RemoteRefused({
    code: 'messagegateway.no_access',
    status: 403,
    report: true,
    message: `the CRM registered the module but gave no ${missing} of the ${api} API; check that chats are switched on in the CRM settings and join again`,
  });
}

/** Tests both tokens with the cheapest call of each API. */
export function createTokenTest(apisFor: (tokens: FullTokens) => Apis): TokenTest {
  return async (tokens) => {
    const { bot, transport } = apisFor(tokens);
    const isBotTaken = await isTaken(bot.bots({ self: true }));
    return { bot: isBotTaken, transport: await isTaken(transport.channels({ limit: 1 })) };
  };
}

async function isTaken(asking: Promise<unknown>): Promise<boolean> {
  try {
    await asking;
    return true;
  } catch (error) {
    if (error instanceof RemoteRefused && error.code === 'messagegateway.token_revoked') return false;
    throw error;
  }
}
