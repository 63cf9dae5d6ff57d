/**
 * What comments and documents refer to is in this repository: the anchors they cite exist, the tables of the platform notes name tests that
 * exist, and nothing cites papers that only the authors had.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string): string => readFileSync(`${root}${file}`, 'utf8');

/** Everything people read in; recorded data is none of it. */
const files = globSync(
  ['*.md', 'schema.sql', '{src,sandbox,test,bench,docs,migrations,scripts,install}/**/*.{ts,js,md,html,css,sh}'],
  { cwd: root },
);

const notes = ['docs/platform-notes/bitrix24.md', 'docs/platform-notes/messagegateway.md'];

/** The name under which a heading can be linked to, as GitHub makes it. */
function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function anchorsIn(text: string): string[] {
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => slugOf(heading ?? ''));
  const marks = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id ?? '');
  return [...headings, ...marks];
}

const known = new Map<string, ReadonlySet<string>>();

function hasAnchor(file: string, anchor: string): boolean {
  const anchors = known.get(file) ?? new Set(existsSync(`${root}${file}`) ? anchorsIn(read(file)) : []);
  known.set(file, anchors);
  return anchors.has(anchor);
}

/** The anchors a text cites: by a path from the root, by one from the citing document, or within the document itself. */
function citedIn(file: string, text: string): { readonly target: string; readonly anchor: string }[] {
  const far = [...text.matchAll(/([\w./-]+\.md)#([\w-]+)/g)]
    // The path of an address on the web.
    .filter(([, path]) => path?.startsWith('//') !== true)
    .map(([, path = '', anchor = '']) => ({ target: fileOf(file, path), anchor }));
  const near = file.endsWith('.md') ? [...text.matchAll(/\]\(#([\w-]+)\)/g)] : [];
  return [...far, ...near.map(([, anchor = '']) => ({ target: file, anchor }))];
}

function fileOf(citing: string, path: string): string {
  return existsSync(`${root}${path}`) ? path : posix.join(posix.dirname(citing), path);
}

function brokenIn(file: string, text: string): string[] {
  return citedIn(file, text)
    .filter(({ target, anchor }) => !hasAnchor(target, anchor))
    .map(({ target, anchor }) => `${file}: ${target}#${anchor}`);
}

/** How the authors' own papers used to be cited. */
const outside = [/\btraps?\W{1,3}(?:no\.\s*)?(?:[a-z]-)?\d/i, /dossi[e]r/i, /§\s?\w?\.?\d/, /\([SITEXBR]-\d\d\)/];

function outsideIn(file: string, text: string): string[] {
  const lines = text.split('\n').filter((line) => outside.some((form) => form.test(line)));
  return lines.map((line) => `${file}: ${line.trim()}`);
}

const testsIn = (text: string): string[] => [...text.matchAll(/`(test\/[^`]+\.ts)`/g)].map(([, path]) => path ?? '');

/** The cells of the rows of the table of traps. */
const rowsOf = (text: string): string[][] =>
  [...text.matchAll(/^\| (\d+ \| .*) \|$/gm)].map(([, row = '']) => row.split(' | '));

describe('an anchor that a comment or a document cites', () => {
  it('exists', () => {
    const cited = files.flatMap((file) => citedIn(file, read(file)));
    expect(cited.length).toBeGreaterThan(200);
    expect(files.flatMap((file) => brokenIn(file, read(file)))).toEqual([]);
  });

  it('is missed when it does not', () => {
    const wrong = `${notes[0]}#no-such-fact`;
    expect(brokenIn('src/core/x.ts', `/** ${wrong} */`)).toEqual([`src/core/x.ts: ${wrong}`]);
    expect(brokenIn('docs/x.md', `[a](platform-notes/bitrix24.md#${'no-such-fact'})`)).toEqual([`docs/x.md: ${wrong}`]);
    expect(brokenIn(notes[0] ?? '', `[a](#${'no-such-fact'})`)).toEqual([`${notes[0]}: ${wrong}`]);
    expect(brokenIn('src/core/x.ts', `/** ${notes[0]}#mentions, ${notes[1]}#lists */`)).toEqual([]);
  });
});

describe('comments and documents', () => {
  it('cite nothing that is not in the repository', () => {
    expect(files.length).toBeGreaterThan(500);
    expect(files.flatMap((file) => outsideIn(file, read(file)))).toEqual([]);
  });

  it.each(['(trap __95)', 'traps __17 to 19', '(trap S-__01)', 'the doss__ier says', 'section §__10.2', '(T-__03)'])(
    'are searched in a way that finds %s',
    (words) => {
      // Without the marks, by which this file itself is not found.
      expect(outsideIn('src/core/x.ts', `/** A fact ${words.replace('__', '')}. */`)).toHaveLength(1);
    },
  );
});

describe.each(notes)('%s', (file) => {
  const text = read(file);

  it('has each anchor once', () => {
    const anchors = anchorsIn(text);
    expect(anchors.filter((anchor, index) => anchors.indexOf(anchor) !== index)).toEqual([]);
  });

  it('names the sources of every fact', () => {
    const sections = text.split(/^#{2,3} /m).filter((section) => section.includes('\n\n'));
    const facts = sections.slice(1).filter((section) => !section.startsWith('Traps') && section.trim().includes('\n'));
    expect(facts.length).toBeGreaterThan(25);
    expect(
      facts.filter((section) => !section.includes('\nSources: ')).map((section) => section.split('\n')[0]),
    ).toEqual([]);
  });

  it('names tests that exist', () => {
    expect(testsIn(text).length).toBeGreaterThan(100);
    expect(testsIn(text).filter((path) => !existsSync(`${root}${path}`))).toEqual([]);
  });

  it('has for every trap a fact, an answer, and a test or the reason why there is none', () => {
    const rows = rowsOf(text);
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.map(([number]) => Number(number))).toEqual(rows.map((_, index) => index + 1));
    const isWhole = ([, fact = '', answer = '', shownBy = '', ...more]: string[]): boolean =>
      /^\[.+\]\(#.+\)$/.test(fact) &&
      answer.length > 5 &&
      more.length === 0 &&
      (testsIn(shownBy).length > 0 || /^no test: ./.test(shownBy));
    expect(rows.filter((row) => !isWhole(row))).toEqual([]);
  });
});
