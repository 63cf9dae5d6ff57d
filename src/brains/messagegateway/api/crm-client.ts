/** The calls to the CRM that joining and health checks need: check the key, register the module, read its state and tokens. */

import { z } from 'zod';
import type { ConnectorTools, RateLimiter } from '../../../core/connector-tools.ts';
import { Misconfigured, RemoteRefused } from '../../../core/errors.ts';
import { jsonOrUndefined } from '../../../lib/bounded-json.ts';
import type { Clock } from '../../../lib/clock.ts';
import { type CrmAnswer, crmError, crmGarbage, missingScopes, neededScopes } from './crm-errors.ts';
import { bucketOf, crmRate } from './limiter-names.ts';
import { retryAfterMs } from './retry-after.ts';

/** The `integrationModule` object we send. */
export interface CrmModule {
  readonly code: string;
  readonly integrationCode: string;
  readonly active: boolean;
  readonly name: string;
  readonly logo: string;
  readonly clientId: string;
  readonly baseUrl: string;
  readonly accountUrl: string;
  readonly actions: Readonly<Record<string, string>>;
  readonly integrations: {
    readonly mgBot: { readonly refreshToken?: true };
    readonly mgTransport: { readonly webhookUrl: string; readonly refreshToken?: true };
  };
}

/** Address and token of one API, as far as the CRM told them. */
export interface MgToken {
  readonly endpointUrl?: string | undefined;
  readonly token?: string | undefined;
}

export interface MgTokens {
  readonly bot: MgToken;
  readonly transport: MgToken;
}

/** A registered module as the CRM sees it now. */
export interface ModuleState {
  readonly clientId: string;
  readonly isActive: boolean;
  /** As set by the CRM's administrators, independent of the bot's own state. */
  readonly isSwitchedOn: boolean;
  /** Stopped by the CRM itself, for example when unpaid. */
  readonly isFrozen: boolean;
}

export interface CrmClient {
  /** Throws an AppError that says what is wrong with the account or the key. */
  checkKey(): Promise<void>;
  /** The two parts of `checkKey`: the version of the CRM's API, and the rights of the key. */
  checkVersion(): Promise<void>;
  checkRights(): Promise<void>;
  /** Creates or changes the module. Repeatable. */
  editModule(module: CrmModule): Promise<MgTokens>;
  /** The tokens of a registered module. The documentation shows no `endpointUrl` here. */
  readModule(code: string): Promise<MgTokens>;
  /** The state of the module; null when the CRM has none with this code. */
  moduleState(code: string): Promise<ModuleState | null>;
  /** Sends the administrators of the CRM a notification. */
  notify(message: string): Promise<void>;
  /** The origin the account names as its own; null when it names none. */
  publicOrigin(): Promise<string | null>;
}

export interface CrmClientOptions {
  readonly tools: Pick<ConnectorTools, 'http' | 'rateLimiter'>;
  readonly crmUrl: string;
  readonly apiKey: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

const access = z.object({ endpointUrl: z.string().nullish(), token: z.string().nullish() }).nullish();
const mg = z.object({ mgBot: access, mgTransport: access });
/** PHP writes an empty map as `[]`. */
const info = z.union([mg, z.array(z.unknown()).transform(() => ({ mgBot: null, mgTransport: null }))]).nullish();
const editAnswer = z.object({ success: z.literal(true), info });
const moduleAnswer = z.object({ success: z.literal(true), integrationModule: z.object({ integrations: info }) });
const stateAnswer = z.object({
  success: z.literal(true),
  integrationModule: z.object({
    clientId: z.string().nullish(),
    active: z.boolean().nullish(),
    freeze: z.boolean().nullish(),
    integrations: z
      .object({ mgBot: z.object({ isActive: z.boolean().nullish() }).nullish() })
      .nullish()
      .catch(null),
  }),
});
const systemAnswer = z.object({ success: z.literal(true), publicUrl: z.string().nullish() });
const versionsAnswer = z.object({ success: z.literal(true), versions: z.array(z.string()) });
const credentialsAnswer = z.object({
  success: z.literal(true),
  scopes: z.array(z.string()).nullish(),
  credentials: z.array(z.string()).nullish(),
});
const refusal = z.object({
  errorMsg: z.string().nullish(),
  errors: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).nullish(),
});

/** The credentials that accounts with an old version list instead of scopes. */
const legacyCredentials = ['/api/integration-modules/{code}', '/api/integration-modules/{code}/edit'];

/** The CRM allows ten requests a second per key and answers more with 503. Without Retry-After we wait 0.5, 1, 2 and 4 seconds. */
const waitsMs = [500, 1_000, 2_000, 4_000];

export function createCrmClient(options: CrmClientOptions): CrmClient {
  const account = new URL(options.crmUrl).host;
  const rateLimiter = options.tools.rateLimiter(bucketOf('messagegateway.crm', options.apiKey), crmRate);
  const line: Line = { ...options, account, rateLimiter };
  const get = (path: string): Promise<unknown> => call(line, 'GET', path);
  const checkVersion = async (): Promise<void> => {
    checkVersions(read(versionsAnswer, await get('/api/api-versions'), account).versions, account);
  };
  const checkRights = async (): Promise<void> => {
    checkScopes(read(credentialsAnswer, await get('/api/credentials'), account), account);
  };
  return {
    checkVersion,
    checkRights,
    async checkKey() {
      await checkVersion();
      await checkRights();
    },
    async editModule(module) {
      const path = `/api/v5/integration-modules/${encodeURIComponent(module.code)}/edit`;
      const form = { integrationModule: JSON.stringify(module) };
      const answer = read(editAnswer, await call(line, 'POST', path, form), account);
      return moduleTokensOf(answer.info);
    },
    async readModule(code) {
      const answer = await get(`/api/v5/integration-modules/${encodeURIComponent(code)}`);
      return moduleTokensOf(read(moduleAnswer, answer, account).integrationModule.integrations);
    },
    async moduleState(code) {
      const answer = await get(`/api/v5/integration-modules/${encodeURIComponent(code)}`).catch(nullWhenUnknown);
      return answer === null ? null : stateOf(read(stateAnswer, answer, account).integrationModule);
    },
    async notify(message) {
      const notification = { userGroups: ['superadmins'], type: 'api.error', message };
      const form = { notification: JSON.stringify(notification) };
      await call(line, 'POST', '/api/v5/notifications/send', form);
    },
    async publicOrigin() {
      const { publicUrl } = read(systemAnswer, await get('/api/system-info'), account);
      return URL.parse(publicUrl ?? '')?.origin ?? null;
    },
  };
}

interface Line extends CrmClientOptions {
  readonly account: string;
  readonly rateLimiter: RateLimiter;
}

async function call(
  line: Line,
  method: 'GET' | 'POST',
  path: string,
  form?: Readonly<Record<string, string>>,
): Promise<unknown> {
  for (let attempt = 0; ; attempt += 1) {
    await line.rateLimiter.acquire();
    const response = await line.tools.http.send({
      method,
      url: new URL(path, line.crmUrl),
      headers: {
        'x-api-key': line.apiKey,
        accept: 'application/json',
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
      timeoutMs: line.timeoutMs,
    });
    const waitMs = waitsMs[attempt];
    if ((response.status === 503 || response.status === 429) && waitMs !== undefined) {
      const header = response.headers['retry-after'];
      await line.rateLimiter.throttle(header === undefined ? waitMs : retryAfterMs(header, line.clock.now()));
      continue;
    }
    const parsed = jsonOrUndefined(response.body) ?? null;
    if (response.status >= 200 && response.status < 300) return parsed;
    throw crmError(describe(response, parsed), line.account, path.endsWith('/edit'));
  }
}

function read<T>(schema: z.ZodType<T>, answer: unknown, account: string): T {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw crmGarbage(account);
  return parsed.data;
}

/** Null if the account exists but does not know the module; else throws. */
function nullWhenUnknown(error: unknown): null {
  if (error instanceof RemoteRefused && error.status === 404 && error.code === 'messagegateway.crm_refused')
    return null;
  throw error;
}

/** Switching chats off and on again leaves the bot switched off (docs/platform-notes/messagegateway.md#module-state). */
function stateOf(module: z.output<typeof stateAnswer>['integrationModule']): ModuleState {
  return {
    clientId: module.clientId ?? '',
    isActive: module.active !== false && module.integrations?.mgBot?.isActive !== false,
    isSwitchedOn: module.active !== false,
    isFrozen: module.freeze === true,
  };
}

function checkVersions(versions: readonly string[], account: string): void {
  if (versions.some((version) => version.startsWith('5.'))) return;
  throw new Misconfigured({
    code: 'messagegateway.crm_version',
    message: `${account} offers the API versions ${versions.join(', ')}; version 5 is needed`,
  });
}

function checkScopes({ scopes, credentials }: z.output<typeof credentialsAnswer>, account: string): void {
  const granted = scopes ?? [];
  const missing = neededScopes.filter((scope) => !granted.includes(scope));
  const isOld = granted.length === 0 && legacyCredentials.every((path) => credentials?.includes(path));
  if (missing.length > 0 && !isOld) throw missingScopes(missing, account);
}

function moduleTokensOf(given: z.output<typeof info>): MgTokens {
  const one = (found: z.output<typeof access>): MgToken => ({
    endpointUrl: found?.endpointUrl || undefined,
    token: found?.token || undefined,
  });
  return { bot: one(given?.mgBot), transport: one(given?.mgTransport) };
}

function describe(
  response: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Buffer },
  parsed: unknown,
): CrmAnswer {
  const isRedirect = response.status >= 300 && response.status < 400;
  const location = URL.parse(response.headers['location'] ?? '');
  const read = refusal.safeParse(parsed);
  return {
    status: response.status,
    location: isRedirect ? (location?.origin ?? 'another address') : null,
    body: read.success ? { message: read.data.errorMsg ?? '', details: detailsOf(read.data.errors) } : null,
    isPage: response.body.toString('utf8', 0, 64).trimStart().startsWith('<'),
  };
}

/** Reads `{"field": "text"}` and `["text"]`. */
function detailsOf(errors: z.output<typeof refusal>['errors']): readonly string[] {
  if (errors === null || errors === undefined) return [];
  if (Array.isArray(errors)) return errors.filter((one) => typeof one === 'string');
  return Object.entries(errors).map(([field, text]) => `${field} ${typeof text === 'string' ? text : 'is wrong'}`);
}
