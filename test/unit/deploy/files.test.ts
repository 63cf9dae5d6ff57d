/** Dockerfile, compose.yaml, chart and units agree with the program: files that exist, settings that it knows, its version. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import packageFile from '../../../package.json' with { type: 'json' };
import { readDockerfile, readDockerignore } from '../../../scripts/read-dockerfile.ts';
import { settingsSchema } from '../../../src/config.ts';

const pathOf = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const read = (path: string): string => readFileSync(pathOf(path), 'utf8');

/** Names in capitals that belong to others. */
const foreign = /^(NODE_ENV|POSTGRES_\w+|GF_\w+|(DATABASE|GRAFANA)_PASSWORD)$/;

const unknownSettings = (names: readonly string[]): string[] =>
  names.filter((name) => !Object.hasOwn(settingsSchema.shape, name.replace(/_FILE$/, '')) && !foreign.test(name));

const dockerfile = readDockerfile(read('Dockerfile'));
const copies = dockerfile.stages.flatMap(({ steps }) => steps.filter((step) => step.kind === 'copy'));

describe('the Dockerfile', () => {
  it('copies what there is and what the ignore file lets through', () => {
    const isInContext = readDockerignore(read('.dockerignore'));
    const sources = copies.filter(({ from }) => from === null).flatMap((step) => step.sources);
    expect(sources.length).toBeGreaterThan(5);
    for (const source of sources.filter((one) => one !== '.')) {
      expect(existsSync(pathOf(source)), source).toBe(true);
      expect(isInContext(source), source).toBe(true);
    }
    for (const secret of [
      '.env',
      'data/app.secret',
      '.git/config',
      'node_modules/koa/package.json',
      'install/dist/x',
    ]) {
      expect(isInContext(secret), secret).toBe(false);
    }
  });

  it('carries every file of the package that the app needs', () => {
    const last = dockerfile.stages.at(-1)?.steps.filter((step) => step.kind === 'copy') ?? [];
    const carried = last.flatMap(({ sources }) => sources.map((source) => source.replace('/app/', '')));
    // For reading, and for building what the image has built already.
    const left = ['docs', '.env.example', 'CHANGELOG.md', 'scripts/build-pages.ts'];
    const missing = packageFile.files.filter((file) => !left.includes(file) && !carried.includes(file));
    expect(missing).toEqual([]);
  });

  it('runs the app as a user by number who is not root, on the Node.js the app wants', () => {
    expect(dockerfile.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(dockerfile.command).toEqual(['node', 'src/launch.js']);
    const wanted = /\d+/.exec(packageFile.engines.node)?.[0];
    const bases = [...read('Dockerfile').matchAll(/^FROM node:(\d+)/gm)].map(([, major]) => major);
    expect([...new Set(bases)]).toEqual([wanted]);
  });
});

describe('settings', () => {
  it('of compose.yaml are known', () => {
    const names = [...read('compose.yaml').matchAll(/^ {6}([A-Z][A-Z\d_]+):/gm)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(5);
    expect(unknownSettings(names)).toEqual([]);
  });

  it('of the chart are known', () => {
    const template = read('deploy/helm/templates/deployments.yaml');
    const names = [...template.matchAll(/- name: ([A-Z][A-Z\d_]+)/g)].map(([, name = '']) => name);
    const values = [...read('deploy/helm/values.yaml').matchAll(/^ {2}([A-Z][A-Z\d_]+):/gm)].map(
      ([, name = '']) => name,
    );
    expect(names.length).toBeGreaterThan(4);
    expect(unknownSettings([...names, ...values])).toEqual([]);
  });

  it('of the unit are known', () => {
    const unit = read('deploy/systemd/bot-bridge.service');
    const names = [...unit.matchAll(/^Environment=([A-Z_\d]+)=/gm)].map(([, name = '']) => name);
    expect(names).toContain('DRAIN_SECONDS');
    expect(unknownSettings(names)).toEqual([]);
    const drain = Number(/^Environment=DRAIN_SECONDS=(\d+)/m.exec(unit)?.[1]);
    // Stopping may take 25 s more (src/main.ts).
    expect(Number(/^TimeoutStopSec=(\d+)/m.exec(unit)?.[1])).toBeGreaterThan(drain + 25);
  });
});

describe('versions', () => {
  it('are that of the package', () => {
    const chart = read('deploy/helm/Chart.yaml');
    expect(/^appVersion: (.+)$/m.exec(chart)?.[1]).toBe(packageFile.version);
    expect(read('compose.yaml')).toContain(`image: bot-bridge:${packageFile.version}`);
  });
});

describe('the chart', () => {
  it('uses each value it offers, and offers each it uses', () => {
    const folder = 'deploy/helm/templates';
    const templates = readdirSync(pathOf(folder))
      .map((file) => read(`${folder}/${file}`))
      .join('\n');
    const used = new Set([...templates.matchAll(/\.Values\.(\w+)/g)].map(([, name = '']) => name));
    const offered = [...read('deploy/helm/values.yaml').matchAll(/^(\w+):/gm)].map(([, name = '']) => name);
    // The roles are used by their names.
    expect(offered.filter((name) => !used.has(name) && !['sockets'].includes(name))).toEqual([]);
    expect([...used].filter((name) => !offered.includes(name))).toEqual([]);
  });
});
