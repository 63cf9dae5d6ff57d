/** What the app's page needs to connect accounts of any brain that has a form, to change them, and to show what they do. */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { changeConfig } from '../connections/change-connection.ts';
import { connectionFacts, connectionFigures } from '../connections/connection-facts.ts';
import type { ConnectionService } from '../connections/connection-service.ts';
import { openConnection } from '../connections/stored-connection.ts';
import type { Brain } from '../core/brain.ts';
import { formOf } from '../core/config-form.ts';
import { AppError, BadInput, badInput } from '../core/errors.ts';
import { problemsOf, withTyped } from '../core/form-values.ts';
import { parseJson } from '../lib/bounded-json.ts';
import { systemClock } from '../lib/clock.ts';
import type { Pool } from '../store/database.ts';
import { listBots } from '../store/tenants/bots.ts';
import { type ConnectionRow, findConnection, listConnections } from '../store/tenants/connections.ts';
import { cancelFollowUp, listFollowUps } from '../store/tenants/follow-ups.ts';
import type { BodyReader } from './body-reader.ts';
import { createFailureLimit } from './failure-limit.ts';
import { firstValues } from './first-values.ts';
import type { PageSession } from './page-session.ts';

export interface ConnectionPagesOptions {
  readonly db: Pool;
  readonly bodies: BodyReader;
  readonly brains: readonly Brain[];
  readonly connectionService: ConnectionService;
  /** The session of an administrator. Throws BadInput `page.*`. */
  readonly adminOf: (ctx: Context) => PageSession;
}

const bodyBytes = 64 * 1024;

/** Attempts of one portal that may fail in a minute: each may call a remote that the administrator names. */
const failuresPerMinute = 20;

export function mountConnectionPages(options: ConnectionPagesOptions) {
  const limit = createFailureLimit(failuresPerMinute, systemClock);
  const changing =
    (work: (ctx: Context, session: PageSession) => Promise<void>) =>
    async (ctx: Context): Promise<void> => {
      const session = options.adminOf(ctx);
      const attempt = limit.begin(session.portal);
      if (attempt === null) throw badInput('page.too_many', 'too many attempts; try again in a minute', 429);
      let hasFailed = true;
      try {
        await work(ctx, session);
        hasFailed = ctx.status >= 400;
      } finally {
        attempt.end(hasFailed);
      }
    };
  return (router: Router): void => {
    router.get('/bitrix24/app/connections', (ctx) => sendConnections(options, ctx));
    router.get(
      '/bitrix24/app/connections/figures',
      changing((ctx, session) => sendFigures(options, ctx, session)),
    );
    router.post(
      '/bitrix24/app/connections',
      changing((ctx, session) => saveConnection(options, ctx, session)),
    );
    router.post(
      '/bitrix24/app/follow-ups/cancel',
      changing((ctx, session) => cancelOne(options, ctx, session)),
    );
  };
}

/** Pending follow-ups that are shown. */
const followUpsShown = 100;

async function sendConnections(options: ConnectionPagesOptions, ctx: Context): Promise<void> {
  const { portal } = options.adminOf(ctx);
  const { db, brains } = options;
  const [rows, bots, followUps] = await Promise.all([
    listConnections(db, portal),
    listBots(db, portal),
    listFollowUps(db, { portal, limit: followUpsShown }),
  ]);
  const shownBots = bots.filter(({ state }) => state !== 'deleted');
  ctx.set('Cache-Control', 'no-store');
  ctx.body = {
    forms: brains.flatMap(describeForm),
    bots: shownBots.map(({ code, name }) => ({ code, name })),
    connections: rows.map((row) => ({
      ...describe(options, row),
      bots: shownBots.filter(({ connection_id: id }) => id === row.id).map(({ name }) => name),
    })),
    followUps: followUps.map((row) => ({
      botCode: row.bot_code,
      dialogId: row.dialog_id,
      id: row.id,
      title: requestTitle(brains, bots.find(({ code }) => code === row.bot_code)?.brain, row.name),
      dueAt: row.due_at,
    })),
  };
}

/** A brain with a page of its own is connected there, and changed here. */
function describeForm({ name, title, configSchema, connectPath, webhookHelp }: Brain) {
  const form = configSchema === null ? [] : formOf(configSchema);
  return form.length === 0
    ? []
    : [{ brain: name, title, form, isConnectedHere: connectPath === undefined, webhookHelp: webhookHelp ?? null }];
}

function describe({ brains, connectionService }: ConnectionPagesOptions, row: ConnectionRow) {
  const brain = brains.find(({ name }) => name === row.brain);
  const facts = brain === undefined ? null : connectionFacts(connectionService.work, brain, row);
  return {
    id: row.id,
    brain: row.brain,
    brainTitle: brain?.title ?? row.brain,
    title: row.title,
    disabled: row.disabled_reason,
    hasFigures: brain?.figures !== undefined,
    fields: facts?.fields ?? null,
    webhook: facts?.webhook ?? null,
  };
}

function requestTitle(brains: readonly Brain[], brain: string | undefined, name: string) {
  const request = brains.find((one) => one.name === brain)?.requests?.find((one) => one.name === name);
  return request?.title ?? { en: name, ru: name };
}

async function sendFigures(options: ConnectionPagesOptions, ctx: Context, { portal }: PageSession): Promise<void> {
  const { row, brain } = await findOne(options, portal, firstValues(ctx.query)['id'] ?? '');
  const figures = await connectionFigures(options.connectionService.work, brain, row);
  ctx.set('Cache-Control', 'no-store');
  ctx.body = figures instanceof AppError ? { figures: [], problem: figures.message } : { figures, problem: null };
}

const typedSchema = z.object({
  /** Of the connection to change; null: a new one. */
  id: z.string().max(100).nullable(),
  brain: z.string().max(100),
  botCode: z.string().max(100).nullable(),
  title: z.string().trim().max(100),
  values: z.record(z.string().max(200), z.string().max(20_000)),
  language: z.enum(['ru', 'en']),
});
type Typed = z.output<typeof typedSchema>;

/** Why a value does not fit, in the reader's language; where a schema says it itself, in that schema's words. */
const locales = {
  ru: withNumbers(z.locales.ru().localeError, 'Введите число.'),
  en: withNumbers(z.locales.en().localeError, 'Enter a number.'),
};

/** A field takes text, so the usual sentence would name a type that nobody has typed. */
function withNumbers(usual: z.core.$ZodErrorMap, words: string): z.core.$ZodErrorMap {
  return (issue) =>
    issue.code === 'invalid_type' && (issue.expected === 'number' || issue.expected === 'int') ? words : usual(issue);
}

async function saveConnection(options: ConnectionPagesOptions, ctx: Context, { portal }: PageSession): Promise<void> {
  const typed = await readBody(options.bodies, ctx, typedSchema);
  try {
    const problems = typed.id === null ? await connect(options, portal, typed) : await change(options, portal, typed);
    ctx.status = problems.length === 0 ? 200 : 422;
    ctx.body = { problems, message: null };
  } catch (error) {
    if (!(error instanceof AppError) || isOfThePage(error)) throw error;
    // What the brain says to an administrator, for example that the remote does not know the key.
    ctx.status = 422;
    ctx.body = { problems: [], message: error.message };
  }
}

/** A missing bot or connection has a sentence of the page's own. */
function isOfThePage(error: AppError): boolean {
  return error instanceof BadInput && error.code.startsWith('page.');
}

type Problems = ReturnType<typeof problemsOf>;

async function connect(options: ConnectionPagesOptions, portal: string, typed: Typed): Promise<Problems> {
  const brain = options.brains.find(({ name }) => name === typed.brain);
  if (brain === undefined || brain.configSchema === null || brain.connectPath !== undefined) {
    throw badInput('page.unknown_brain', 'accounts of this brain cannot be connected on this page', 404);
  }
  if (typed.botCode === null) throw badInput('page.no_bot', 'choose a bot');
  const config = withTyped(formOf(brain.configSchema), {}, typed.values);
  const parsed = brain.configSchema.safeParse(config, { error: locales[typed.language] });
  if (!parsed.success) return problemsOf(parsed.error);
  await options.connectionService.connect(brain, {
    portal,
    botCode: typed.botCode,
    connectionId: null,
    title: typed.title === '' ? brain.title : typed.title,
    config: parsed.data,
  });
  return [];
}

async function change(options: ConnectionPagesOptions, portal: string, typed: Typed): Promise<Problems> {
  const { row, brain } = await findOne(options, portal, typed.id ?? '');
  const { configSchema } = brain;
  if (configSchema === null) return [];
  const edit = (before: unknown) => withTyped(formOf(configSchema), before, typed.values);
  const { work } = options.connectionService;
  const parsed = configSchema.safeParse(edit(openConnection(work.sealer, row).config), {
    error: locales[typed.language],
  });
  if (!parsed.success) return problemsOf(parsed.error);
  await changeConfig(work, brain, row, edit);
  return [];
}

const uuidForm = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** A connection of this portal. Throws BadInput `page.unknown_connection`. */
async function findOne({ db, brains }: ConnectionPagesOptions, portal: string, id: string) {
  const row = uuidForm.test(id) ? await findConnection(db, portal, id) : null;
  const brain = brains.find(({ name }) => name === row?.brain);
  if (row !== null && brain !== undefined) return { row, brain };
  throw badInput('page.unknown_connection', 'this connection was removed meanwhile', 404);
}

const cancelSchema = z.object({ botCode: z.string().max(200), dialogId: z.string().max(200), id: z.string().max(200) });

async function cancelOne(options: ConnectionPagesOptions, ctx: Context, { portal }: PageSession): Promise<void> {
  const { id, ...of } = await readBody(options.bodies, ctx, cancelSchema);
  ctx.body = { isCancelled: await cancelFollowUp(options.db, { portal, ...of }, id) };
}

/** Throws BadInput `page.unreadable`. */
async function readBody<T>(bodies: BodyReader, ctx: Context, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(jsonIn(await bodies.read(ctx, bodyBytes)));
  if (parsed.success) return parsed.data;
  throw badInput('page.unreadable', 'this is not what the page sends');
}

function jsonIn(body: Buffer): unknown {
  try {
    return parseJson(body);
  } catch {
    // No JSON at all: the schema refuses it.
    return undefined;
  }
}
