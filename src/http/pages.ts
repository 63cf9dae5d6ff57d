/** The page a portal shows in its frame, as installer and as the app. The page then calls the API (`src/api`). */
import type Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { claimFromPage } from '../bitrix24/install/proof.ts';
import { AppError, BadInput } from '../core/errors.ts';
import { isRecord } from '../core/is-record.ts';
import { type Language, languageOf } from '../core/language.ts';
import type { Sealer } from '../lib/encryption.ts';
import { LivesElsewhere, withBody } from '../portals/cells/lives-elsewhere.ts';
import type { Installation, Visitor } from '../portals/installation.ts';
import type { PortalCache } from '../portals/portal-cache.ts';
import { answerHead } from './app.ts';
import type { BodyReader } from './body-reader.ts';
import { provenElsewhere } from './cells/pass-on.ts';
import { firstValues } from './first-values.ts';
import { type PageFiles, readPageFiles } from './page-files.ts';
import { sealSession } from './page-session.ts';
import { fillTemplate } from './page-template.ts';
import type { Refusals } from './refusals.ts';
import { senderOf } from './sender-address.ts';

export interface PagesOptions {
  readonly bodies: BodyReader;
  readonly refusals: Refusals;
  readonly portals: PortalCache;
  readonly installation: Installation;
  readonly sealer: Sealer;
}

/** Forms of a page are small; koa-body itself has the same limit. */
const formBytes = 64 * 1024;
const formLimits = { multipart: false, json: false, text: false, formLimit: formBytes };

let loading: Promise<Middleware> | null = null;

/** koa-body is loaded with the first page: a process that shows none saves 8 MB. */
const readForm: Middleware = async (ctx, next) => {
  loading ??= import('koa-body').then(({ koaBody }) => koaBody(formLimits));
  await (await loading)(ctx, next);
};

export function mountPages(options: PagesOptions) {
  const files = readPageFiles();
  const formBody: Middleware = async (ctx, next) => {
    options.bodies.reserveMemory(ctx, formBytes);
    await readForm(ctx, next);
  };
  return (router: Router): void => {
    router.head('/bitrix24/install', answerHead);
    router.head('/bitrix24/app', answerHead);
    router.post('/bitrix24/install', formBody, (ctx) => show({ ...options, files }, ctx, 'installer'));
    router.post('/bitrix24/app', formBody, (ctx) => show({ ...options, files }, ctx, 'app'));
    router.get('/bitrix24/assets/:name', (ctx) => files.send(ctx, ctx.params['name'] ?? ''));
  };
}

type PageName = 'installer' | 'app';

/** Verifies the visitor, then shows the page with a short-lived session in it: cookies are blocked in most frames. */
async function show(
  options: PagesOptions & { readonly files: PageFiles },
  ctx: Context,
  page: PageName,
): Promise<void> {
  const since = Date.now();
  const query = firstValues(ctx.query);
  const language = languageOf(query['LANG']);
  // Before the visitor is verified: without built pages there is nothing to show, and this throws.
  const plain = options.files.page('index');
  try {
    const fields = isRecord(ctx.request.body) ? ctx.request.body : {};
    const claim = claimFromPage(query, fields);
    const { installation } = options;
    const origin = { sender: senderOf(ctx), event: null, proven: provenElsewhere(ctx) };
    const visitor: Visitor = await withBody(formOf(fields), () =>
      page === 'installer' ? installation.install(claim, origin) : installation.visit(claim, origin),
    );
    const { portal } = await options.portals.portal(visitor.portal);
    // The portal was erased a moment ago: a page with a session is never shown without the address that may frame it.
    if (portal === null)
      throw new BadInput({ code: 'portal.unknown', message: 'the portal was erased meanwhile', status: 404 });
    ctx.set('Content-Security-Policy', policy(portal.client_endpoint));
    const goesOnWithWizard = visitor.isAdmin && portal.wizard_ended_at === null;
    const view = page === 'installer' || goesOnWithWizard ? 'wizard' : 'overview';
    render(ctx, options.files.appPage(view, language), {
      language,
      page,
      goesOnWithWizard,
      session: sealSession(options.sealer, { ...visitor, language, openedAt: since, since }),
      problem: null,
    });
  } catch (error) {
    if (!(error instanceof AppError) || error instanceof LivesElsewhere) throw error;
    ctx.status = error instanceof BadInput ? error.status : 503;
    options.refusals.note({ sender: senderOf(ctx), status: ctx.status, path: ctx.path, thrown: error });
    ctx.set('Content-Security-Policy', policy(undefined));
    render(ctx, plain, { language, page, session: null, goesOnWithWizard: false, problem: error.code });
  }
}

/** The form as it is sent on to another cell: only its texts, because nothing else is ever read. */
function formOf(fields: Readonly<Record<string, unknown>>): Buffer {
  const texts = Object.entries(fields).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return Buffer.from(new URLSearchParams(texts).toString());
}

/** Read by `install/src/page-data.ts`. */
interface PageData {
  readonly language: Language;
  readonly page: PageName;
  readonly session: string | null;
  /** The installation wizard is not finished, and the visitor may go on with it. */
  readonly goesOnWithWizard: boolean;
  /** Code of the error for which the visitor was refused. */
  readonly problem: string | null;
}

function render(ctx: Context, html: string, data: PageData): void {
  ctx.type = 'html';
  ctx.set('Referrer-Policy', 'no-referrer');
  ctx.set('Cache-Control', 'no-store');
  ctx.body = fillTemplate(html, { data: JSON.stringify(data) });
}

/**
 * Only the verified portal may frame the page. An error page may be framed by any site: it holds a reason and no session, and portals on
 * their own hosts must be able to show it.
 */
function policy(endpoint: string | undefined): string {
  const frame = endpoint === undefined ? '*' : new URL(endpoint).origin;
  return `default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors ${frame}`;
}
