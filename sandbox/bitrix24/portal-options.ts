/** Options of a fake portal and their defaults. */
import { randomBytes } from 'node:crypto';
import type { BucketSize } from '../kit/rate-limit.ts';

/** Fields of `install` that the OAuth host adds to `app.info`. Only `uri` is known, so `none` is the default. */
export type AppInfoExtras = 'none' | 'member_id' | 'full';

export interface SandboxPortalOptions {
  /** Address to listen on. Loopback only by default. */
  readonly host?: string;
  readonly port?: number;
  readonly oauthPort?: number;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** Scopes granted to the app. */
  readonly scope?: readonly string[];
  readonly memberId?: string;
  readonly language?: string;
  /** false = an older self-hosted portal without imbot.v2. */
  readonly v2?: boolean;
  /** A self-hosted portal with an `im` from before July 2025: no imbot.v2, no MENTIONED_LIST, fewer keys in FILES. */
  readonly oldIm?: boolean;
  /** What imbot.v2.Revision.get answers. From 35 on, changing a bot's event mode or webhook URL cleans its old subscriptions. */
  readonly v2Revision?: number;
  /** v1 methods refuse bots in fetch mode, as documented; in the source of May 2026 only imbot.command.update does. */
  readonly fetchGuards?: boolean;
  /** After an empty imbot.v2.Event.get without an offset, such calls stay empty for a minute even if an event comes meanwhile, as in a race of two requests. */
  readonly staleEmptyPolls?: boolean;
  /** v2 answers invalid blocks with PARAM_ATTACH_ERROR and PARAM_KEYBOARD_ERROR, as in the source of May 2026. */
  readonly longParamErrors?: boolean;
  /** Scopes the administrator ticked for the incoming webhook; the app's scopes unless given. */
  readonly webhookScope?: readonly string[];
  /** Bots per app in imbot.register before MAX_COUNT_ERROR (v1 documentation: 5). */
  readonly botLimit?: number;
  /** Bots per app in imbot.v2.Bot.register before BOT_LIMIT_EXCEEDED (v2 documentation: 100). */
  readonly v2BotLimit?: number;
  /** The plan as `app.info` names it in LICENSE_TYPE. Plans of the family `ent` have a higher request limit. */
  readonly licenseType?: string;
  /** Requests per source address before 503; false switches the limit off (load tests). Default: the documented limit of the plan. */
  readonly rate?: BucketSize | false;
  /** Milliseconds that each call takes, those of a batch one after the other. */
  readonly callMs?: number;
  /** Seconds of execution per (app, method) in ten minutes before OPERATION_TIME_LIMIT. Documentation example: 480. */
  readonly operatingLimitSeconds?: number;
  /** Seconds charged per call instead of the measured time, so that the limit can be reached in a test. */
  readonly operatingCostSeconds?: number;
  readonly accessTokenSeconds?: number;
  readonly refreshTokenSeconds?: number;
  readonly appInfoExtras?: AppInfoExtras;
  /** Where the vendor card points. An empty installUrl means "no installer page". */
  readonly installUrl?: string;
  readonly appUrl?: string;
  readonly eventUrl?: string;
  /** Address of the settings form of an app without pages. */
  readonly settingsUrl?: string;
  readonly redirectUri?: string;
  readonly deliveryConcurrency?: number;
  /** Keep the order of events of one chat (the real queue does not promise it). */
  readonly orderedDelivery?: boolean;
  readonly deliveryTimeoutMs?: number;
  /** How many of the latest REST calls and deliveries are kept for inspection. */
  readonly recordLimit?: number;
  /** Events caused by Open Channel clients carry no tokens in `auth` (robots, connectors and agents do that). */
  readonly lineEventsWithoutTokens?: boolean;
  /** Fields APPLICATION_TOKEN, APPLICATION_SCOPE and SERVER_ENDPOINT in the page POST; false = an older portal. */
  readonly newPageFields?: boolean;
}

export type ResolvedOptions = Required<SandboxPortalOptions>;

const DAY = 86_400;

/** LICENSE_FAMILY of a plan: its name without the number. */
export const familyOf = (licenseType: string): string => licenseType.replace(/\d+$/, '');

/** Every option with its value. Client id, secret and member id are random unless given. */
export function resolveOptions(options: SandboxPortalOptions): ResolvedOptions {
  const scope = options.scope ?? ['imbot', 'imopenlines'];
  return {
    host: '127.0.0.1',
    port: 0,
    oauthPort: 0,
    clientId: `app.${randomBytes(7).toString('hex')}.${String(10_000_000 + (randomBytes(3).readUIntBE(0, 3) % 89_999_999))}`,
    clientSecret: randomBytes(25).toString('base64url'),
    scope,
    webhookScope: scope,
    oldIm: false,
    longParamErrors: false,
    v2Revision: 36,
    fetchGuards: false,
    staleEmptyPolls: false,
    memberId: randomBytes(16).toString('hex'),
    language: 'ru',
    botLimit: 5,
    v2BotLimit: 100,
    licenseType: 'pro100',
    rate: familyOf(options.licenseType ?? '') === 'ent' ? { perSecond: 5, burst: 250 } : { perSecond: 2, burst: 50 },
    callMs: 0,
    operatingLimitSeconds: 480,
    operatingCostSeconds: 0,
    accessTokenSeconds: 3600,
    refreshTokenSeconds: 180 * DAY,
    appInfoExtras: 'none',
    installUrl: '',
    appUrl: '',
    eventUrl: '',
    settingsUrl: '',
    redirectUri: '',
    deliveryConcurrency: 16,
    orderedDelivery: false,
    deliveryTimeoutMs: 30_000,
    recordLimit: 20_000,
    lineEventsWithoutTokens: false,
    newPageFields: true,
    ...options,
    v2: options.oldIm === true ? false : (options.v2 ?? true),
  };
}
