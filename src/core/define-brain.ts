/** How a brain is declared: once, with the type of its config. The app stores configs untyped; here they get their type. */
import type { z } from 'zod';
import { botCommands, pressCommand } from './bot-texts.ts';
import type { Brain, HealthStatus } from './brain.ts';
import type { AccountName, BrainFigure, Pace } from './brain-parts.ts';
import type { BrainProbe } from './brain-probe.ts';
import type { Capabilities, Connection, Connector } from './connector.ts';
import type { ConnectorTools } from './connector-tools.ts';
import { Misconfigured } from './errors.ts';

/** Optional parts, copied unchanged. */
const optionalParts = [
  'titles',
  'about',
  'disabledHelp',
  'problemTexts',
  'routes',
  'connectPath',
  'newConfig',
  'webhookHelp',
  'settingsSchema',
  'requests',
  'commands',
  'counters',
] as const;

/** The parts of a declaration that do not depend on a config. */
type Untyped = Pick<Brain, 'name' | 'title' | (typeof optionalParts)[number]> & {
  /** Capabilities not named are off. */
  readonly capabilities: Partial<Capabilities> & Pick<Capabilities, 'maxTextLength'>;
};

/** A brain without accounts, for example one that lives inside the app. */
export interface AccountlessBrain extends Untyped {
  readonly configSchema: null;
  readonly pace?: () => Pace;
  readonly create: (connection: Connection<null>, tools: ConnectorTools) => Connector;
}

/** A brain with accounts. `Brain` says what each function is for; here they get the stored config with its type. */
export interface BrainDefinition<Config> extends Untyped {
  /** Its output is stored and parsed again, so it must accept its own output unchanged. */
  readonly configSchema: z.ZodType<Config>;
  readonly join?: (connection: Connection<Config>, hookUrl: string, tools: ConnectorTools) => Promise<Config>;
  /** @param before the stored config; null when it is not readable, for example after an update of the brain */
  readonly reconfigure?: (
    connection: Connection<Config>,
    before: Config | null,
    hookUrl: string,
    tools: ConnectorTools,
  ) => Promise<Config>;
  readonly checkHealth?: (
    connection: Connection<Config>,
    hookUrl: string,
    disabledReason: string | null,
    tools: ConnectorTools,
  ) => Promise<HealthStatus<Config>>;
  readonly leave?: (connection: Connection<Config>, hookUrl: string, tools: ConnectorTools) => Promise<void>;
  /** @param connection null when it is not known, or its stored config is not readable */
  readonly refusal?: (reason: string, connection: Connection<Config> | null) => unknown;
  readonly accountOf?: (config: Config) => AccountName | null;
  readonly pace?: (config: Config) => Pace;
  readonly figures?: (connection: Connection<Config>, tools: ConnectorTools) => Promise<readonly BrainFigure[]>;
  readonly probe?: (connection: Connection<Config>, hookUrl: string, tools: ConnectorTools) => BrainProbe;
  readonly create: (connection: Connection<Config>, tools: ConnectorTools) => Connector;
}

const noCapabilities = {
  edits: false,
  deletes: false,
  files: false,
  ownership: false,
  crm: false,
  receipts: false,
  idempotentDelivery: false,
  listens: false,
  overhears: false,
  mirrors: false,
  textForm: 'plain',
  messageForm: 'plain',
  contexts: false,
  sessions: false,
  reactions: false,
  answeredByPeople: false,
} satisfies Required<Omit<Capabilities, 'maxTextLength'>>;

/** The name is part of addresses (`/brains/<name>/<secret>`, `/<name>/<path>`) and of stored rows. */
const nameForm = /^[a-z]{2,30}$/;

/** Names that the app's own addresses and row sources use. */
const reservedNames: ReadonlySet<string> = new Set([
  'app',
  'brains',
  'bridge',
  'healthz',
  'install',
  'metrics',
  'readyz',
]);

/** Why a brain cannot have this name, as a sentence; null when it can. */
export function brainNameProblem(name: string): string | null {
  if (!nameForm.test(name)) return 'the name of a brain is 2 to 30 lower-case Latin letters';
  return reservedNames.has(name) ? `${name} is a name the app uses itself` : null;
}

/**
 * Turns a declaration into the `Brain` the app uses. A stored config that its schema no longer accepts never reaches the brain: such a
 * connection fails with `connection.unreadable_config`, which names the keys, until somebody sets or joins it again.
 */
export function defineBrain<Config>(definition: AccountlessBrain | BrainDefinition<Config>): Brain {
  const { name, title } = definition;
  const problem = brainNameProblem(name);
  if (problem !== null) throw new Error(`the brain "${name}": ${problem}`);
  for (const wrong of namesThatCannotBe(definition)) throw new Error(`the brain "${name}": ${wrong}`);
  const untyped = {
    name,
    title,
    capabilities: { ...noCapabilities, ...definition.capabilities },
    ...partsOf(definition),
  };
  if (definition.configSchema === null) {
    const { create, pace } = definition;
    return {
      ...untyped,
      configSchema: null,
      ...(pace && { pace: () => pace() }),
      create: (connection, tools) => create({ ...connection, config: null }, tools),
    };
  }
  return { ...untyped, configSchema: definition.configSchema, ...withConfig(definition) };
}

const partName = /^[a-z][a-z0-9_]{0,31}$/;
/** Bitrix24 takes Latin letters and digits. */
const commandName = /^[a-z][a-z0-9]{0,19}$/;
const appCommands: ReadonlySet<string> = new Set(['start', pressCommand, ...botCommands]);

function namesThatCannotBe({ requests = [], commands = [], counters = [] }: Untyped): string[] {
  const known = new Set(requests.map(({ name }) => name));
  const badParts = [...requests, ...counters].filter(({ name }) => !partName.test(name));
  const badCommands = commands.filter(({ name }) => !commandName.test(name) || appCommands.has(name));
  const unanswered = commands.filter(({ request }) => !known.has(request));
  return [
    ...badParts.map(({ name }) => `"${name}" is not made of lower-case Latin letters, digits and _`),
    ...badCommands.map(
      ({ name }) => `the command "${name}" is the app's own, or not made of lower-case Latin letters and digits`,
    ),
    ...unanswered.map(({ name, request }) => `the command "${name}" sends "${request}", which is none of its requests`),
  ];
}

/** The optional parts that were declared. */
function partsOf(definition: Untyped): Pick<Untyped, (typeof optionalParts)[number]> {
  return Object.fromEntries(optionalParts.flatMap((part) => (part in definition ? [[part, definition[part]]] : [])));
}

type WithConfig = Pick<
  Brain,
  'join' | 'reconfigure' | 'checkHealth' | 'leave' | 'refusal' | 'accountOf' | 'pace' | 'figures' | 'probe' | 'create'
>;

/** Wraps each function so that it receives a parsed config. */
function withConfig<Config>(definition: BrainDefinition<Config>): WithConfig {
  const { configSchema, join, reconfigure, checkHealth, leave, refusal, accountOf, pace, figures, probe, create } =
    definition;

  function open(connection: Connection): Connection<Config> | Misconfigured {
    const parsed = configSchema.safeParse(connection.config);
    if (parsed.success) return { ...connection, config: parsed.data };
    // The keys only: values may be secrets.
    const keys = [...new Set(parsed.error.issues.map(({ path }) => path.join('.') || 'config'))].join(', ');
    return new Misconfigured({
      code: 'connection.unreadable_config',
      message: `the stored settings of connection ${connection.id} do not fit this version (${keys}); set them, or join the account again`,
      retry: 'backoff',
    });
  }

  /** Throws Misconfigured `connection.unreadable_config`. */
  function need(connection: Connection): Connection<Config> {
    const opened = open(connection);
    if (opened instanceof Misconfigured) throw opened;
    return opened;
  }

  function known(config: unknown): Config | null {
    const parsed = configSchema.safeParse(config);
    return parsed.success ? parsed.data : null;
  }

  function refuse(reason: string, connection: Connection | null): unknown {
    const opened = connection === null ? null : open(connection);
    return refusal?.(reason, opened instanceof Misconfigured ? null : opened);
  }

  return {
    ...(join && { join: async (connection, ...others) => await join(need(connection), ...others) }),
    ...(reconfigure && {
      reconfigure: async (connection, before, ...others) =>
        await reconfigure(need(connection), known(before), ...others),
    }),
    ...(checkHealth && {
      checkHealth: async (connection, ...others) => await checkHealth(need(connection), ...others),
    }),
    ...(leave && { leave: async (connection, ...others) => await leave(need(connection), ...others) }),
    ...(refusal && { refusal: refuse }),
    ...(accountOf && { accountOf: (config) => nameOf(accountOf, known(config)) }),
    ...(pace && { pace: (config) => paceOf(pace, known(config)) }),
    ...(figures && { figures: async (connection, ...others) => await figures(need(connection), ...others) }),
    ...(probe && { probe: (connection, ...others) => probe(need(connection), ...others) }),
    create(connection, tools) {
      const opened = open(connection);
      return opened instanceof Misconfigured ? unreadable(opened) : create(opened, tools);
    },
  };
}

function nameOf<Config>(accountOf: (config: Config) => AccountName | null, config: Config | null): AccountName | null {
  return config === null ? null : accountOf(config);
}

/** Nothing is delivered while the config is unreadable, so the pace does not matter. */
function paceOf<Config>(pace: (config: Config) => Pace, config: Config | null): Pace {
  return config === null ? {} : pace(config);
}

/** Stands in for the connector of a connection whose config is not readable: everything waits, and nothing is lost. */
function unreadable(error: Misconfigured): Connector {
  return {
    decode() {
      throw error;
    },
    deliver: () => Promise.reject(error),
    receive: () => ({ refuse: 503, reason: error.message }),
    listen: () => Promise.reject(error),
  };
}
