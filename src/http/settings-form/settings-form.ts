/**
 * `POST /bitrix24/settings-form`: the form that Bitrix24 itself shows for apps without pages (docs/platform-notes/bitrix24.md#settings-form).
 * The portal asks for the form, asks again while it is filled in, and posts what was typed. Each of these requests is proven like a visit of
 * the app's page, because none of them is signed.
 */
import type Router from '@koa/router';
import type { Context } from 'koa';
import { claimFromEvent, type ProvenClaim } from '../../bitrix24/install/proof.ts';
import { newConnectCode } from '../../connections/connect-code.ts';
import { BadInput } from '../../core/errors.ts';
import { languageOf } from '../../core/language.ts';
import { systemClock } from '../../lib/clock.ts';
import { branch, type FormTree, parseForm, text } from '../../lib/form-body.ts';
import { noteBy } from '../../portals/audit.ts';
import { withBody } from '../../portals/cells/lives-elsewhere.ts';
import type { Installation, Visitor } from '../../portals/installation.ts';
import type { PortalCache } from '../../portals/portal-cache.ts';
import { listBots } from '../../store/tenants/bots.ts';
import { listConnections } from '../../store/tenants/connections.ts';
import { answerHead } from '../app.ts';
import type { BodyReader } from '../body-reader.ts';
import { provenElsewhere } from '../cells/pass-on.ts';
import { createFailureLimit, type FailureLimit } from '../failure-limit.ts';
import { senderOf } from '../sender-address.ts';
import { describeForm, refusingForm } from './describe-form.ts';
import { formTexts } from './form-texts.ts';
import { botField, type RegisteredBot, type Stored, type Typed } from './form-values.ts';
import { type FormProblem, type SaveOptions, saveForm } from './save-form.ts';

export interface SettingsFormOptions extends Omit<SaveOptions, 'note'> {
  readonly bodies: BodyReader;
  readonly portals: PortalCache;
  readonly installation: Installation;
  /** Origin of the app. */
  readonly publicUrl: string;
  readonly clientId: string;
}

const path = '/bitrix24/settings-form';
const bodyBytes = 64 * 1024;

/** The portal asks right after the installation: the bots are being registered then. */
const registrationMs = 5_000;
const registrationPollMs = 200;

/** How many attempts of one portal may fail per minute: each may call a remote that the administrator names. */
const failuresPerMinute = 20;

export function mountSettingsForm(options: SettingsFormOptions) {
  const limit = createFailureLimit(failuresPerMinute, systemClock);
  return (router: Router): void => {
    router.head(path, answerHead);
    router.post(path, (ctx) => handle(options, limit, ctx));
  };
}

async function handle(options: SettingsFormOptions, limit: FailureLimit, ctx: Context): Promise<void> {
  const type = ctx.request.headers['content-type'] ?? '';
  if (type !== '' && !type.toLowerCase().startsWith('application/x-www-form-urlencoded')) {
    throw new BadInput({ code: 'settings_form.not_a_form', status: 415, message: 'the settings form is form-encoded' });
  }
  const body = await options.bodies.read(ctx, bodyBytes);
  const tree = parseForm(body);
  const origin = { sender: senderOf(ctx), proven: provenElsewhere(ctx) };
  const visitor = await withBody(body, () => prove(options, tree, origin));
  const typed = typedIn(tree);
  if (text(tree, 'saveform') === 'Y') await save(options, limit, { ctx, visitor, typed });
  else await show(options, { ctx, visitor, typed, isNew: text(tree, 'event') === 'OnAppSettingsInstall' });
}

interface FormVisitor extends Visitor {
  readonly language: Stored['language'];
}

/** Throws what `Installation.visit` throws. */
async function prove(
  options: SettingsFormOptions,
  tree: FormTree,
  origin: { readonly sender: string; readonly proven: ProvenClaim | null },
): Promise<FormVisitor> {
  const { installation, portals } = options;
  const claim = claimFromEvent(tree);
  // The form does not tell a language, and what was typed into it must not be taken for one.
  const before = (await portals.portal(claim.memberId)).portal?.language ?? 'en';
  const visitor = await installation.visit({ ...claim, language: before }, { ...origin, event: null });
  const language = (await portals.portal(visitor.portal)).portal?.language ?? before;
  return { ...visitor, language: languageOf(language) };
}

/** The texts directly in `data`. */
function typedIn(tree: FormTree): Typed {
  const data = Object.entries(branch(tree, 'data') ?? {});
  return Object.fromEntries(data.filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
}

interface Asked {
  readonly ctx: Context;
  readonly visitor: FormVisitor;
  readonly typed: Typed;
}

async function show(options: SettingsFormOptions, asked: Asked & { readonly isNew: boolean }): Promise<void> {
  const { ctx, visitor, typed, isNew } = asked;
  const { db, brains, publicUrl, clientId } = options;
  const target = { action: `${publicUrl}${path}`, clientId };
  if (!visitor.isAdmin) {
    ctx.body = refusingForm(visitor.language, target);
    return;
  }
  const stored = isNew ? await whenRegistered(options, visitor) : await readStored(options, visitor);
  ctx.body = await describeForm(stored, typed, target, async ({ name, connectPath }) => {
    if (connectPath === undefined) return null;
    const { code, minutes } = await newConnectCode(
      db,
      brains,
      { portal: visitor.portal, brain: name },
      noteBy(visitor),
    );
    return { address: `${publicUrl}/${name}${connectPath}`, code, minutes };
  });
}

async function save(options: SettingsFormOptions, limit: FailureLimit, asked: Asked): Promise<void> {
  const { ctx, visitor, typed } = asked;
  const texts = formTexts[visitor.language];
  if (!visitor.isAdmin) return refuse(ctx, [{ field: botField, message: texts.adminsOnly }]);
  const attempt = limit.begin(visitor.portal);
  if (attempt === null) return refuse(ctx, [{ field: botField, message: texts.tooMany }]);
  let hasFailed = true;
  try {
    const problems = await saveForm({ ...options, note: noteBy(visitor) }, await readStored(options, visitor), typed);
    hasFailed = problems.length > 0;
    if (hasFailed) refuse(ctx, problems);
    else {
      options.portals.forget(visitor.portal);
      ctx.body = { status: 'success' };
    }
  } finally {
    attempt.end(hasFailed);
  }
}

function refuse(ctx: Context, errors: readonly FormProblem[]): void {
  ctx.status = 400;
  ctx.body = { status: 'error', errors };
}

async function readStored(
  { db, brains }: Pick<SettingsFormOptions, 'db' | 'brains'>,
  { portal, language }: FormVisitor,
): Promise<Stored> {
  const [bots, connections] = await Promise.all([listBots(db, portal), listConnections(db, portal)]);
  return { portal, language, bots: bots.filter(isRegistered), connections, brains };
}

const isRegistered = (bot: { readonly bot_id: string | null; readonly state: string }): bot is RegisteredBot =>
  bot.bot_id !== null && bot.state === 'registered';

/** Waits a little for the bots of a portal that has just installed the app. */
async function whenRegistered(options: SettingsFormOptions, visitor: FormVisitor): Promise<Stored> {
  for (let waitedMs = 0; ; waitedMs += registrationPollMs) {
    const stored = await readStored(options, visitor);
    if (stored.bots.length > 0 || waitedMs >= registrationMs) return stored;
    await systemClock.sleep(registrationPollMs);
  }
}
