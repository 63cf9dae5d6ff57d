/** The pages as they were built from `install/src`: the pages themselves, and the files they fetch. */
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from 'koa';
import { badInput, Misconfigured } from '../core/errors.ts';
import type { Language } from '../core/language.ts';
import { createPreloads, type FirstView } from './page-preloads.ts';

const built = fileURLToPath(new URL('../../install/dist/', import.meta.url));

/** `index`: the app in its portal. `connect`: where an account is connected from the remote's side. */
type BuiltPage = 'index' | 'connect';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

export interface PageFiles {
  /** A page with `{{data}}` in it. Throws Misconfigured `pages.not_built`. */
  page(name: BuiltPage): string;
  /** The app's page, with the files of its first view named in it. Throws Misconfigured `pages.not_built`. */
  appPage(view: FirstView, language: Language): string;
  /** Sends a file of the pages. Throws BadInput 404 `page.no_file`. */
  send(ctx: Context, name: string): void;
}

/** Whether there are pages to show. */
export function arePagesBuilt(): boolean {
  return existsSync(`${built}index.html`);
}

/** The built files are read once: a new build needs a restart. */
export function readPageFiles(): PageFiles {
  const names: ReadonlySet<string> = new Set(existsSync(built) ? readdirSync(built) : []);
  const read = (name: string): string | null => (names.has(name) ? readFileSync(`${built}${name}`, 'utf8') : null);
  const pages = { index: read('index.html'), connect: read('connect.html') };
  const preloads = createPreloads(read('manifest.json'));
  const page = (name: BuiltPage): string => {
    const found = pages[name];
    if (found !== null) return found;
    throw new Misconfigured({ code: 'pages.not_built', message: 'the pages are not built: npm run build:pages' });
  };
  return {
    page,
    appPage: (view, language) => {
      const html = page('index');
      return html.replace('</head>', () => `${preloads(html, view, language)}</head>`);
    },
    send: (ctx, name) => {
      const type = types[extname(name)];
      if (type === undefined || !names.has(name)) throw badInput('page.no_file', 'no such file', 404);
      ctx.type = type;
      // The names of the files change with their content.
      ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
      const packed = names.has(`${name}.gz`) && ctx.acceptsEncodings('gzip', 'identity') === 'gzip';
      ctx.vary('Accept-Encoding');
      if (packed) ctx.set('Content-Encoding', 'gzip');
      ctx.body = createReadStream(`${built}${name}${packed ? '.gz' : ''}`);
    },
  };
}
