/** The settings: the only reader of the environment. Every problem is reported at once, in words an administrator can act on. */
import { readFileSync } from 'node:fs';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { Misconfigured } from './core/errors.ts';
import { eventApis } from './core/event-api.ts';
import { noBrain } from './core/no-brain.ts';
import { usualTurnsPerMinute } from './core/turns.ts';
import { usualDataDir } from './lib/data-folder.ts';
import { tracingSettings, wantsTraces } from './lib/tracing/tracing-settings.ts';

const csv = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
/** A single address counts as a network of that address alone. */
const networks = csv.transform((parts, context) =>
  parts.map((part) => {
    if (ipaddr.isValidCIDR(part)) return part;
    if (ipaddr.IPv4.isValidFourPartDecimal(part)) return `${part}/32`;
    if (ipaddr.IPv6.isValid(part)) return `${part}/128`;
    context.addIssue({ code: 'custom', message: `${part} is neither an address nor a network such as 10.0.0.0/8` });
    return z.NEVER;
  }),
);
const whole = (low: number, high: number) => z.coerce.number().int().min(low).max(high);
const secretKey = z
  .string()
  .refine(
    (text) => Buffer.from(text, 'base64').length === 32,
    'must be 32 bytes in Base64 (make one: openssl rand -base64 32)',
  )
  .transform((text) => Buffer.from(text, 'base64'));

/** `{"<brain>": {…}}`. The text itself is never repeated: it may hold secrets. */
const settingsByBrain = z.string().transform((text, context): Readonly<Record<string, unknown>> => {
  try {
    return z.record(z.string(), z.record(z.string(), z.unknown())).parse(JSON.parse(text));
  } catch {
    // The error is dropped: both parsers quote the text in theirs.
    context.addIssue({ code: 'custom', message: 'must be JSON of the form {"<brain>": {"<name>": "<value>"}}' });
    return z.NEVER;
  }
});

const roleSchema = z.enum(['web', 'worker', 'sockets']);

/** Each setting with its sentence for the README and `.env.example`. A name with `_FILE` appended reads the value from that file. */
export const settingsSchema = z.object({
  PORT: whole(0, 65_535).default(3000).describe('Port to listen on; 0 takes any free one'),
  HOST: z.string().default('0.0.0.0').describe('Address to listen on'),
  PUBLIC_URL: z
    .url()
    .transform((text) => new URL(text).origin)
    .describe('Origin under which Bitrix24 and the brains reach the app; https, or http on a loopback address'),
  TRUSTED_PROXIES: networks
    .default([])
    .describe(
      'Networks (CIDR) of the reverse proxies whose `X-Forwarded-For` is trusted; behind a proxy, set it: limits count per sender',
    ),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\w.~+/=-]{16,500}$/, 'at least 16 letters, digits or ._~+/=-')
    .optional()
    .describe(
      'The token `/metrics` requires as `Authorization: Bearer`; absent: it answers only senders of loopback and private networks',
    ),
  METRICS_PORT: whole(0, 65_535)
    .optional()
    .describe('Port of its own for `/metrics`, which `PORT` then does not serve'),
  DATABASE_URL: z.string().optional().describe('External PostgreSQL; absent: an embedded one in DATA_DIR'),
  DATABASE_POOL: whole(2, 200)
    .default(12)
    .describe('Connections this process may hold to the database, beside those of the endpoints'),
  ENDPOINT_DATABASE_POOL: whole(1, 50)
    .default(4)
    .describe('Connections kept for accepting events and webhooks; nothing else can take them'),
  DATA_DIR: z
    .string()
    .default(usualDataDir)
    .describe(
      "Embedded database and generated secret; for a process of root whose `./data` the database's user cannot enter: `/var/lib/bot-bridge`",
    ),
  APP_SECRET: secretKey
    .optional()
    .describe(
      '32 bytes in Base64; encrypts secrets at rest. With the embedded database one is generated in DATA_DIR (mode 600)',
    ),
  APP_SECRET_PREVIOUS: secretKey.optional().describe('The former APP_SECRET while secrets are still sealed with it'),
  B24_CLIENT_ID: z.string().min(1).describe("The app's OAuth client id (`app.…` or `local.…`)"),
  B24_CLIENT_SECRET: z.string().min(1).describe("The app's OAuth client secret; sent to the OAuth hosts only"),
  B24_OAUTH_HOSTS: csv
    .default(['oauth.bitrix.info', 'oauth.bitrix24.tech'])
    .describe('OAuth hosts that are trusted; tests may give full origins'),
  B24_RATE_PER_SECOND: z.coerce
    .number()
    .positive()
    .default(2)
    .describe('REST requests per second a portal allows (Enterprise plans: 5)'),
  B24_RATE_BURST: z.coerce
    .number()
    .min(1)
    .default(49)
    .describe('REST requests a portal allows at once (Enterprise plans: 245)'),
  BOT_CODE_PREFIX: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,30}$/, 'lower-case letters, digits and _, at most 31')
    .default('bridge')
    .describe('Prefix of every bot code; codes are unique per portal across all apps'),
  DEFAULT_BRAIN: z
    .string()
    .default(noBrain.name)
    .describe(
      'Who answers for the bots of a new portal until an administrator has chosen: `none` (customers read that a colleague is coming, and people are called; employees read how to connect somebody), or a brain that needs no account',
    ),
  ALLOWED_PRIVATE_HOSTS: csv
    .default([])
    .describe(
      'Exact `host:port` list the network guard lets through, over plain http too (self-hosted portals, tests)',
    ),
  ROLES: csv.pipe(z.array(roleSchema).min(1)).default(['web', 'worker', 'sockets']).describe('What this process does'),
  DRAIN_SECONDS: whole(0, 300)
    .default(0)
    .describe(
      'How long a process with the role `web` goes on serving after SIGTERM, while `/readyz` answers 503: longer than a load balancer needs to notice',
    ),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Lowest log level that is written'),
  RETENTION_DAYS: whole(1, 3650).default(30).describe('How long finished messages are kept for `trace`'),
  FILE_LINK_HOURS: whole(1, 168)
    .default(24)
    .describe('How long a brain may fetch a file of a message by the link it was given'),
  UNINSTALL_KEEP_HOURS: whole(0, 720)
    .default(72)
    .describe("How long a removed portal's data is kept when its administrator did not ask for deletion"),
  EVENT_API: z
    .enum([...eventApis, 'auto'])
    .default('v1-webhook')
    .describe(
      'How the events of portals set up from now on arrive: `v1-webhook`, `v2-webhook` (posted by `imbot.v2`), `v2-fetch` (polled; needs no public address), or `auto`: the best the portal has',
    ),
  EVENT_POLL_SECONDS: z.coerce
    .number()
    .min(0.05)
    .max(60)
    .default(2)
    .describe('How often a portal with `v2-fetch` is asked for events while people talk'),
  EVENT_POLL_IDLE_SECONDS: z.coerce
    .number()
    .min(0.05)
    .max(600)
    .default(15)
    .describe('How often it is asked while nobody does; Bitrix24 recommends 5 to 30'),
  BRAIN_SETTINGS: settingsByBrain
    .optional()
    .describe(
      "What single brains are told for the whole installation, as JSON by brain (see the brain's own document)",
    ),
  FILE_IDLE_SECONDS: whole(1, 3600)
    .default(60)
    .describe('How long the other side of a file transfer may let nothing move before it is broken off'),
  FILE_TIMEOUT_SECONDS: whole(1, 86_400).default(900).describe('How long the transfer of one file may take in all'),
  TURNS_PER_MINUTE: whole(0, 600)
    .default(usualTurnsPerMinute)
    .describe(
      'Answered questions a minute in one conversation from which on it counts as two machines talking, and the bot pauses; 0: never. A bot may have its own (`bots set --turns-per-minute`)',
    ),
  STILL_WORKING_SECONDS: z.coerce
    .number()
    .min(0)
    .max(600)
    .default(10)
    .describe(
      'After how long without an answer the chat shows that the bot is thinking; 0: never. Not where people answer behind the brain',
    ),
  CELLS_DATABASE_URL: z
    .string()
    .optional()
    .describe(
      'PostgreSQL of the directory that says in which cell a portal lives (docs/scaling.md); absent: this installation is one cell',
    ),
  CELL: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,30}$/, 'lower-case letters, digits and -, at most 31')
    .optional()
    .describe('Name of this cell in the directory; needed with CELLS_DATABASE_URL'),
  OUTBOX_LANES: whole(1, 5000)
    .default(400)
    .describe(
      'Dialogs whose outgoing calls may be under way at the same time; up to twice as many where calls turn out to be slow',
    ),
  ...tracingSettings,
});

export type Settings = Readonly<z.output<typeof settingsSchema>>;

/** What a command needs: the database, and the key of the secrets. */
export const databaseSettingsSchema = settingsSchema.pick({
  DATABASE_URL: true,
  DATABASE_POOL: true,
  DATA_DIR: true,
  APP_SECRET: true,
  APP_SECRET_PREVIOUS: true,
  CELLS_DATABASE_URL: true,
  CELL: true,
  LOG_LEVEL: true,
});

export type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the settings. Throws Misconfigured `config.invalid` that lists every problem, one a line. Empty values count as absent. */
export function readSettings(environment: Environment): Settings {
  const isTraced = wantsTraces(environment);
  // Platforms set the tracing variables for all their programs. Where this one does not trace, values meant for others are no mistake.
  const names = Object.keys(settingsSchema.shape).filter((name) => isTraced || !(name in tracingSettings));
  const { values, problems } = gather(environment, names);
  const parsed = settingsSchema.safeParse(values);
  problems.push(...listProblems(parsed.error));
  if (parsed.success) problems.push(...crossCheck(parsed.data));
  if (problems.length > 0 || !parsed.success) throw invalid(problems);
  return parsed.data;
}

/** The part of the settings that the administrator's commands need. */
export function readDatabaseSettings(environment: Environment): Readonly<z.output<typeof databaseSettingsSchema>> {
  const { values, problems } = gather(environment, Object.keys(databaseSettingsSchema.shape));
  const parsed = databaseSettingsSchema.safeParse(values);
  problems.push(...listProblems(parsed.error));
  if (problems.length > 0 || !parsed.success) throw invalid(problems);
  return parsed.data;
}

function gather(environment: Environment, names: readonly string[]) {
  const values: Record<string, string> = {};
  const problems: string[] = [];
  for (const name of names) {
    const value = environment[name];
    const file = environment[`${name}_FILE`];
    if (value !== undefined && value !== '') values[name] = value;
    else if (file !== undefined && file !== '') {
      try {
        values[name] = readFileSync(file, 'utf8').trim();
      } catch {
        problems.push(`${name}_FILE: the file cannot be read`);
      }
    }
  }
  return { values, problems };
}

function listProblems(error: z.ZodError | undefined): string[] {
  return (error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0] ?? '');
    const isMissing = issue.code === 'invalid_type' && issue.input === undefined;
    return `${name}: ${isMissing ? 'is missing' : issue.message}`;
  });
}

function crossCheck(settings: Settings): string[] {
  const problems: string[] = [];
  const { protocol, hostname } = new URL(settings.PUBLIC_URL);
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  if (protocol !== 'https:' && !isLoopback)
    problems.push('PUBLIC_URL: must be https (plain http only on a loopback address)');
  if (settings.DATABASE_URL !== undefined && settings.APP_SECRET === undefined) {
    problems.push('APP_SECRET: is missing (needed with DATABASE_URL)');
  }
  for (const name of ['DATABASE_URL', 'CELLS_DATABASE_URL'] as const) {
    const url = settings[name];
    if (url !== undefined && !/^postgres(ql)?:\/\//.test(url)) problems.push(`${name}: must begin with postgres://`);
  }
  problems.push(...checkCell(settings));
  return problems;
}

/** All cells have to open each other's secrets, and commands have to reach the database of each. */
function checkCell({ CELLS_DATABASE_URL, CELL, DATABASE_URL }: Settings): string[] {
  if (CELLS_DATABASE_URL === undefined)
    return CELL === undefined ? [] : ['CELLS_DATABASE_URL: is missing (needed with CELL)'];
  const problems: string[] = [];
  if (CELL === undefined) problems.push('CELL: is missing (needed with CELLS_DATABASE_URL)');
  if (DATABASE_URL === undefined) problems.push('DATABASE_URL: is missing (needed with CELLS_DATABASE_URL)');
  if (DATABASE_URL === CELLS_DATABASE_URL)
    problems.push('CELLS_DATABASE_URL: must be a database of its own, and not that of a cell');
  return problems;
}

function invalid(problems: readonly string[]): Misconfigured {
  return new Misconfigured({
    code: 'config.invalid',
    message: `The settings cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
  });
}
