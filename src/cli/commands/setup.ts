/** `setup`: asks for the few settings without which the app cannot start, and writes them to a file. */
import { settingsSchema } from '../../config.ts';
import { badInput } from '../../core/errors.ts';
import { randomToken } from '../../lib/encryption.ts';
import { tryToConnect } from '../../store/database.ts';
import { translateDatabaseError } from '../../store/database-errors.ts';
import { type AddCommands, type Answer, type Ask, type CommandContext, usageError } from '../framework/command.ts';
import { wrap } from '../framework/layout.ts';
import { newSecret, readSettingsFile, type SettingsFile, writeSettingsFile } from '../setup/settings-file.ts';

interface SetupOptions {
  readonly file: string;
  readonly publicUrl?: string | undefined;
  readonly databaseUrl?: string | undefined;
  readonly embedded?: true | undefined;
  readonly compose?: true | undefined;
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  readonly port?: string | undefined;
  readonly trustedProxies?: string | undefined;
  readonly replace?: true | undefined;
}

type Name = 'PUBLIC_URL' | 'DATABASE_URL' | 'B24_CLIENT_ID' | 'B24_CLIENT_SECRET' | 'PORT' | 'TRUSTED_PROXIES';

interface Question {
  readonly name: Name;
  readonly text: string;
  /** Used when the answer is empty; null: an answer is required. */
  readonly usual: string | null;
  readonly isSecret?: true;
}

const questions: readonly Question[] = [
  {
    name: 'PUBLIC_URL',
    text: 'The https address at which Bitrix24 reaches the app (for a trial on this machine: http://localhost:3000)',
    usual: null,
  },
  { name: 'B24_CLIENT_ID', text: 'client_id of the app in Bitrix24 (local.… or app.…)', usual: null },
  { name: 'B24_CLIENT_SECRET', text: 'client_secret of the app in Bitrix24', usual: null, isSecret: true },
  {
    name: 'DATABASE_URL',
    text: 'Address of a PostgreSQL database (postgres://user:password@host/name); nothing: the app brings its own, kept in ./data',
    usual: '',
    isSecret: true,
  },
  { name: 'PORT', text: 'Port to listen on', usual: '3000' },
  {
    name: 'TRUSTED_PROXIES',
    text: 'Addresses of the proxies in front of the app, with commas (127.0.0.1 for one on this machine); nothing: none',
    usual: '',
  },
];

async function setup(context: CommandContext, options: SetupOptions): Promise<Answer> {
  const file = await readSettingsFile(options.file);
  await allowReplacing(context, options, file);
  const values = new Map(file.values);
  for (const question of questions) await answer({ context, options, values }, question);
  checkTogether(values);
  const isExternal = values.has('DATABASE_URL') || options.compose === true;
  const hasNewSecret = isExternal && !values.has('APP_SECRET');
  if (hasNewSecret) values.set('APP_SECRET', newSecret());
  if (options.compose === true) addComposePasswords(values);
  await writeSettingsFile(options.file, values, file.exists);
  const database = await tryDatabase(values.get('DATABASE_URL'));
  const text = [
    `${options.file} is written; only you can read it.`,
    ...(hasNewSecret
      ? ['It has a new APP_SECRET: keep a copy elsewhere. Without it nobody can open the tokens in the database.']
      : []),
    ...(database === null ? [] : [`But: ${database}.`]),
    `Start the app: ${options.compose === true ? 'docker compose up --build --detach' : 'npm start'}`,
  ];
  return {
    data: { file: options.file, settings: [...values.keys()], hasNewSecret, databaseProblem: database },
    text: text.map(wrap).join('\n'),
  };
}

/** Passwords of the services that compose.yaml starts beside the app. A database volume keeps the password it was created with. */
function addComposePasswords(values: Map<string, string>): void {
  for (const name of ['DATABASE_PASSWORD', 'GRAFANA_PASSWORD']) {
    if (!values.has(name)) values.set(name, randomToken());
  }
}

async function allowReplacing({ ask }: CommandContext, options: SetupOptions, file: SettingsFile): Promise<void> {
  if (!file.exists || options.replace === true) return;
  const question = `${options.file} exists. Its answers are offered again, and what is not asked here stays. Change it? [y/N] `;
  if (ask !== null && /^y(es)?$/i.test(await ask(question))) return;
  throw badInput('setup.file_exists', `${options.file} exists and stays as it is; --replace changes it`);
}

interface Answering {
  readonly context: CommandContext;
  readonly options: SetupOptions;
  readonly values: Map<string, string>;
}

const flags: Readonly<Record<Name, keyof SetupOptions>> = {
  PUBLIC_URL: 'publicUrl',
  DATABASE_URL: 'databaseUrl',
  B24_CLIENT_ID: 'clientId',
  B24_CLIENT_SECRET: 'clientSecret',
  PORT: 'port',
  TRUSTED_PROXIES: 'trustedProxies',
};

/** From the flag, else from the environment, else by asking; what the file had is offered as the usual answer. */
async function answer({ context, options, values }: Answering, question: Question): Promise<void> {
  const { name } = question;
  const given = givenAnswer(context, options, name);
  const usual = values.get(name) ?? question.usual;
  const said = given ?? (context.ask === null ? usual : await askUntilRight(context.ask, question, usual));
  if (said === null) throw usageError(`--${flagOf(name)} is missing (or ${name} in the environment)`);
  const problem = problemOf(name, said);
  if (problem !== null) throw usageError(`--${flagOf(name)}: ${problem}`);
  if (said === '') values.delete(name);
  else values.set(name, said);
}

function givenAnswer({ environment }: CommandContext, options: SetupOptions, name: Name): string | null {
  if (name === 'DATABASE_URL' && (options.embedded ?? options.compose) === true) return '';
  if (name === 'PORT' && options.compose === true) return '';
  const flag = options[flags[name]];
  return typeof flag === 'string' ? flag : (environment[name] ?? null);
}

async function askUntilRight(ask: Ask, question: Question, usual: string | null): Promise<string> {
  const shown = usual === null || usual === '' ? '' : ` [${question.isSecret === true ? 'as it is' : usual}]`;
  for (;;) {
    const said = (await ask(`${question.text}${shown}: `)) || usual;
    const problem = said === null ? 'an answer is needed' : problemOf(question.name, said);
    if (said !== null && problem === null) return said;
    await ask(`  ${problem ?? ''}. Press Enter to answer again.`);
  }
}

function problemOf(name: Name, said: string): string | null {
  if (said === '') return null;
  if (/[\r\n\0]/.test(said)) return 'it must be one line';
  if (name === 'DATABASE_URL' && !(/^postgres(ql)?:\/\//.test(said) && URL.canParse(said))) {
    return 'it begins with postgres://';
  }
  const read = settingsSchema.shape[name].safeParse(said);
  return read.success ? null : (read.error.issues[0]?.message ?? 'it cannot be used');
}

/** Checks the one rule about PUBLIC_URL that its own schema does not: the app checks it only when it starts. */
function checkTogether(values: ReadonlyMap<string, string>): void {
  const { protocol, hostname } = new URL(values.get('PUBLIC_URL') ?? '');
  if (protocol === 'https:' || hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')) return;
  throw usageError('--public-url: it must be https (plain http only on a loopback address)');
}

/** Null: the database answers, or the app uses its embedded one. */
async function tryDatabase(url: string | undefined): Promise<string | null> {
  if (url === undefined) return null;
  try {
    await tryToConnect(url);
    return null;
  } catch (error) {
    const translated = translateDatabaseError(error);
    return translated instanceof Error ? translated.message : 'the database cannot be used';
  }
}

const flagOf = (name: Name): string => flags[name].replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

export const addSetupCommand: AddCommands = (program, run) => {
  program
    .command('setup')
    .description('ask the few questions the app cannot do without, and write the answers to .env')
    .option('--file <path>', 'the file to write', '.env')
    .option('--public-url <url>', 'PUBLIC_URL')
    .option('--client-id <id>', 'B24_CLIENT_ID')
    .option(
      '--client-secret <secret>',
      'B24_CLIENT_SECRET; other users of the machine see it: rather set it in the environment',
    )
    .option('--database-url <url>', 'DATABASE_URL; the same holds for its password')
    .option('--embedded', 'no DATABASE_URL: the app brings its own database')
    .option('--compose', 'for compose.yaml, which brings a database: passwords for it and for Grafana are made')
    .option('--port <number>', 'PORT')
    .option('--trusted-proxies <networks>', 'TRUSTED_PROXIES')
    .option('--replace', 'change a file that exists')
    .action(run(setup));
};
