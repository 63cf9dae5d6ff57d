/** Registration of integration modules: validation of the edit call, tokens for bot and transport, switching on and off. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import type { BotRecord, Json, ModuleRecord } from '../records.ts';
import type { AccountState } from '../state.ts';
import { tellBot } from '../talk/tell-bots.ts';
import { preciseNow } from '../time-format.ts';

const url = z.string().regex(/^https?:\/\/[^\s]+$/, 'This value is not a valid URL.');
const required = (field: z.ZodString): z.ZodString => field.min(1, 'This value should not be blank.');

const moduleSchema = z.object({
  code: required(z.string()).regex(/^[\w-]+$/, 'This value is not valid.'),
  integrationCode: z.string().nullish(),
  active: z.boolean().nullish(),
  freeze: z.boolean().nullish(),
  name: required(z.string()).max(32, 'This value is too long. It should have 32 characters or less.'),
  logo: url.nullish(),
  clientId: required(z.string()),
  baseUrl: url,
  accountUrl: url.nullish(),
  actions: z.record(z.string(), z.string()).nullish(),
  availableCountries: z.array(z.string()).nullish(),
  integrations: z
    .object({
      mgBot: z.object({ refreshToken: z.boolean().nullish() }).nullish(),
      mgTransport: z
        .object({
          webhookUrl: url,
          refreshToken: z.boolean().nullish(),
          actions: z.record(z.string(), z.string()).nullish(),
        })
        .nullish(),
    })
    .nullish(),
});

type GivenModule = z.infer<typeof moduleSchema>;

function readModule(code: string, json: string): GivenModule {
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new ApiError(400, 'Errors in the input parameters');
    throw cause;
  }
  const parsed = moduleSchema.safeParse(given);
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => {
      const path = issue.path.map((key) => `[${String(key)}]`).join('');
      const isMissing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
      return [`integrationModule${path}`, isMissing ? 'This value should not be blank.' : issue.message];
    });
    throw new ApiError(400, 'Errors in the entity format', Object.fromEntries(fields));
  }
  if (parsed.data.code !== code) {
    const fields = { 'integrationModule[code]': 'This value should be equal to the code in the address.' };
    throw new ApiError(400, 'Errors in the entity format', fields);
  }
  return parsed.data;
}

function blankModule(code: string): ModuleRecord {
  return {
    code,
    integrationCode: null,
    active: true,
    freeze: false,
    name: '',
    logo: null,
    clientId: '',
    baseUrl: '',
    accountUrl: null,
    actions: {},
    availableCountries: [],
    bot: null,
    transport: null,
  };
}

function fill(module: ModuleRecord, given: GivenModule): void {
  module.integrationCode = given.integrationCode ?? module.integrationCode;
  module.active = given.active ?? module.active;
  module.name = given.name;
  module.logo = given.logo ?? module.logo;
  module.clientId = given.clientId;
  module.baseUrl = given.baseUrl;
  module.accountUrl = given.accountUrl ?? module.accountUrl;
  module.actions = given.actions ?? module.actions;
  module.availableCountries = given.availableCountries ?? module.availableCountries;
}

function newToken(account: AccountState, module: ModuleRecord, api: 'bot' | 'transport', old: string | null): string {
  if (old !== null) account.gateway.tokens.delete(old);
  const token = randomBytes(32).toString('hex');
  account.gateway.tokens.set(token, { account, module, api });
  return token;
}

function createBot(account: AccountState, module: ModuleRecord): BotRecord {
  const now = preciseNow();
  const bot: BotRecord = {
    id: account.gateway.nextId('actor'),
    clientId: module.clientId,
    moduleCode: module.code,
    name: module.name,
    avatarUrl: module.logo ?? '',
    roles: [],
    isActive: true,
    createdAt: now,
    updatedAt: now,
    deactivatedAt: null,
    commands: new Map(),
  };
  account.bots.set(bot.id, bot);
  return bot;
}

function linkBot(account: AccountState, module: ModuleRecord, refresh: boolean): void {
  if (module.bot === null) {
    const bot = createBot(account, module);
    module.bot = { token: newToken(account, module, 'bot', null), botId: bot.id, isActive: true };
  } else if (refresh || !account.gateway.tokens.has(module.bot.token)) {
    module.bot.token = newToken(account, module, 'bot', module.bot.token);
    account.gateway.hub.cut({ account, moduleCode: module.code, code: 1000 });
  }
}

function linkTransport(
  account: AccountState,
  module: ModuleRecord,
  given: { webhookUrl: string; refreshToken?: boolean | null | undefined; actions?: Json | null | undefined },
): void {
  const { webhookUrl } = given;
  if (module.transport === null) {
    const token = newToken(account, module, 'transport', null);
    const id = account.gateway.nextId('module');
    module.transport = { token, id, isActive: true, webhookUrl, actions: given.actions ?? {} };
    return;
  }
  module.transport.webhookUrl = webhookUrl;
  module.transport.actions = given.actions ?? module.transport.actions;
  if (given.refreshToken === true || !account.gateway.tokens.has(module.transport.token)) {
    module.transport.token = newToken(account, module, 'transport', module.transport.token);
  }
}

/** Makes bot and transport as active as the module is: otherwise sockets are closed, tokens revoked and the bot deactivated. */
export function applyActivity(account: AccountState, module: ModuleRecord): void {
  const isActive = module.active && !module.freeze && !account.isChatsOff;
  if (module.transport !== null) module.transport.isActive = isActive;
  if (module.bot === null) return;
  module.bot.isActive = isActive;
  const bot = account.bots.get(module.bot.botId);
  if (bot !== undefined && bot.isActive !== isActive) {
    bot.isActive = isActive;
    bot.updatedAt = preciseNow();
    bot.deactivatedAt = isActive ? null : bot.updatedAt;
    tellBot(account, bot.id);
  }
  if (!isActive) account.gateway.hub.cut({ account, moduleCode: module.code, code: 1000 });
}

/** Creates or changes a module from the form field `integrationModule`. Throws 400 and 402 as the CRM answers. */
export function editModule(
  account: AccountState,
  code: string,
  json: string,
): { readonly isNew: boolean; readonly info: object | readonly never[] } {
  const given = readModule(code, json);
  const wantsMg = Boolean(given.integrations?.mgBot) || Boolean(given.integrations?.mgTransport);
  if (account.isChatsOff && wantsMg) throw new ApiError(400, 'Chats are not enabled in the account');
  if (!account.isPaid && given.active !== false) throw new ApiError(402, 'Not enough money to activate the module');
  const known = account.modules.get(code);
  const module = known ?? blankModule(code);
  fill(module, given);
  if (given.integrations?.mgBot) linkBot(account, module, given.integrations.mgBot.refreshToken === true);
  if (given.integrations?.mgTransport) linkTransport(account, module, given.integrations.mgTransport);
  account.modules.set(code, module);
  applyActivity(account, module);
  account.gateway.announce('talk');
  return { isNew: known === undefined, info: moduleInfo(account, module) };
}

function moduleInfo(account: AccountState, module: ModuleRecord): object | readonly never[] {
  const endpointUrl = account.gateway.address.mgOrigin;
  const info: Record<string, unknown> = {};
  if (module.active && module.bot !== null) info['mgBot'] = { endpointUrl, token: module.bot.token };
  if (module.active && module.transport !== null) info['mgTransport'] = { endpointUrl, token: module.transport.token };
  // The CRM is written in PHP: an empty map is an empty array.
  return Object.keys(info).length === 0 ? [] : info;
}

/** The module as GET shows it. */
export function moduleView(account: AccountState, module: ModuleRecord): object {
  const integrations: Record<string, unknown> = {};
  if (module.bot !== null) integrations['mgBot'] = { token: module.bot.token, isActive: module.bot.isActive };
  if (module.transport !== null) {
    const { token, isActive, webhookUrl } = module.transport;
    integrations['mgTransport'] = account.gateway.options.transportTokenInGet
      ? { token, isActive, webhookUrl }
      : { webhookUrl };
  }
  const view: Record<string, unknown> = {
    code: module.code,
    integrationCode: module.integrationCode ?? module.code,
    active: module.active,
    freeze: module.freeze,
    name: module.name,
    native: false,
    clientId: module.clientId,
    baseUrl: module.baseUrl.endsWith('/') ? module.baseUrl : `${module.baseUrl}/`,
    actions: module.actions,
    availableCountries: module.availableCountries,
    integrations,
  };
  if (module.logo !== null) view['logo'] = module.logo;
  if (module.accountUrl !== null) view['accountUrl'] = module.accountUrl;
  return view;
}

/** Revokes the token and closes the module's sockets; a new registration issues another token. */
export function revokeToken(account: AccountState, code: string, api: 'bot' | 'transport'): void {
  const module = account.modules.get(code);
  const token = api === 'bot' ? module?.bot?.token : module?.transport?.token;
  if (token === undefined) throw new Error(`module ${code} has no ${api} token`);
  account.gateway.tokens.delete(token);
  if (api === 'bot') account.gateway.hub.cut({ account, moduleCode: code, code: 1000 });
}
