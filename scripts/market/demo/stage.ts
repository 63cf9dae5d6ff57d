/**
 * Serves the real, built pages in a portal's slider, with the answers of the invented company. It runs on loopback while pictures are
 * taken.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { namedUsualPicture } from '../../../src/bitrix24/install/bot-avatar.ts';
import { fillTemplate } from '../../../src/http/page-template.ts';
import { type DemoScene, demoAnswers } from './answers.ts';
import { sliderPage } from './slider.ts';

const built = fileURLToPath(new URL('../../../install/dist/', import.meta.url));

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

export interface ShownApp {
  readonly title: string;
  /** Path of the page inside the app. */
  readonly path: string;
}

export interface DemoStage {
  readonly origin: string;
  /** Changes the answers that the pages get from now on. */
  show(scene: DemoScene, shown: ShownApp): Promise<void>;
  /** Requested paths that do not exist. */
  readonly missing: readonly string[];
  close(): Promise<void>;
}

/** Throws if the pages have not been built. */
export async function startDemoStage(): Promise<DemoStage> {
  if (!existsSync(`${built}index.html`)) throw new Error('the pages are not built: npm run build:pages');
  const template = readFileSync(`${built}index.html`, 'utf8');
  const missing: string[] = [];
  let scene: DemoScene = { language: 'en', wizardStep: null, isAnswered: false };
  let answers: ReadonlyMap<string, unknown> = new Map();
  let shown: ShownApp = { title: '', path: '/' };

  function send(response: ServerResponse, type: string, body: string | Buffer): void {
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' });
    response.end(body);
  }

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://stage');
    const answer = [...answers].find(([path]) => matches(path, pathname));
    const picture = namedUsualPicture(/^\/bots\/(\w+)\.png$/.exec(pathname)?.[1] ?? '');
    const file = `${built}${basename(pathname)}`;
    if (pathname === '/')
      send(response, 'text/html; charset=utf-8', sliderPage(scene.language, shown.title, shown.path));
    else if (pathname === '/app') send(response, 'text/html; charset=utf-8', appPage(template, scene));
    else if (answer !== undefined) send(response, 'application/json', JSON.stringify(answer[1]));
    else if (picture !== null) send(response, 'image/png', picture);
    else if (pathname.startsWith('/bitrix24/assets/') && existsSync(file)) {
      send(response, types[extname(file)] ?? 'application/octet-stream', readFileSync(file));
    } else {
      missing.push(`${request.method} ${pathname}`);
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    missing,
    async show(wanted, app) {
      answers = await demoAnswers(wanted);
      scene = wanted;
      shown = app;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function appPage(template: string, { language, wizardStep }: DemoScene): string {
  const goesOnWithWizard = wizardStep !== null;
  return fillTemplate(template, {
    data: JSON.stringify({ language, page: 'app', session: 'demo', goesOnWithWizard, problem: null }),
  });
}

/** Whether an address matches the path of an endpoint with parameters such as `:bot`. */
function matches(path: string, pathname: string): boolean {
  const [wanted, given] = [path.split('/'), pathname.split('/')];
  return wanted.length === given.length && wanted.every((part, index) => part.startsWith(':') || part === given[index]);
}
