/** The site is what its sources say, its links lead somewhere, and both languages say the same. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { siteFolder, sitePages } from '../../../scripts/site/pages.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const icon = readFileSync(join(root, 'install/market/icon.svg'), 'utf8');
const pages = sitePages(icon, null);

const linksOf = (page: string): string[] => [...page.matchAll(/ href="([^"]*)"/g)].map(([, href = '']) => href);
const isOutside = (href: string): boolean => href.startsWith('https://');

describe.each([...pages])('%s', (name, page) => {
  it('is current: `npm run site` writes it', () => {
    expect(readFileSync(join(root, siteFolder, name), 'utf8')).toBe(page);
  });

  it('links only to what is there', () => {
    const links = linksOf(page).filter((href) => !isOutside(href));
    expect(links.length).toBeGreaterThan(10);
    const dead = links.filter((href) =>
      href.startsWith('#') ? !page.includes(`id="${href.slice(1)}"`) : !existsSync(join(root, siteFolder, href)),
    );
    expect(dead).toEqual([]);
  });

  it('loads nothing from elsewhere and runs nothing', () => {
    expect(page).not.toMatch(/<script|<iframe|<img|@import| src=/);
  });
});

it('both languages have the same links to outside, as many lines, and name each other', () => {
  const [first = '', second = ''] = pages.values();
  expect(linksOf(first).filter(isOutside)).toEqual(linksOf(second).filter(isOutside));
  for (const tag of ['section', 'li', 'tr', 'td', 'p']) {
    expect(first.split(`<${tag}`).length, tag).toBe(second.split(`<${tag}`).length);
  }
});

it('a copy for a web server links to the documents in the repository', () => {
  for (const page of sitePages(icon, 'https://code.example/bridge/blob/main/').values()) {
    const inside = linksOf(page).filter((href) => href.startsWith('https://code.example/'));
    expect(inside).toContain('https://code.example/bridge/blob/main/README.md');
    expect(inside).toContain('https://code.example/bridge/blob/main/docs/brains/webhook.md');
    const missing = inside.filter(
      (href) => !existsSync(join(root, href.slice('https://code.example/bridge/blob/main/'.length))),
    );
    expect(missing).toEqual([]);
    expect(linksOf(page).filter((href) => dirname(href).startsWith('..'))).toEqual([]);
  }
});
