/** No brain is named outside its folder: what the app does for one brain it does for every brain that says the same of itself. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sandboxBrains } from '../../sandbox/brain-list.ts';
import { brains } from '../../src/brains/index.ts';
import { namesInSource } from '../support/names-in-source.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const names = brains.map(({ name }) => name);

/** Names of brains that mean something else too: messages come in by webhook, whatever brain they are from. */
const words = ['webhook'];

/** Where a name was found outside the folder of its own brain, as `file:line: name`. */
function strayNames(pattern: string, ownFolder: (name: string) => string, except: readonly string[] = []): string[] {
  return globSync(pattern, { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !except.includes(file))
    .sort()
    .flatMap((file) =>
      namesInSource(file, readFileSync(`${root}${file}`, 'utf8'), names, words)
        .filter(({ name }) => !file.startsWith(ownFolder(name)))
        .map(({ line, name }) => `${file}:${line}: ${name}`),
    );
}

describe('the name of a brain', () => {
  it('stands nowhere in the app but in its own folder', () => {
    expect(
      strayNames('{{src,migrations,install/src}/**/*.{ts,js,vue},install/*.{ts,js}}', (name) => `src/brains/${name}/`),
    ).toEqual([]);
  });

  it('stands in the sandbox in its own folder and in the list', () => {
    const list = 'sandbox/brain-list.ts';
    expect(Object.keys(sandboxBrains)).toEqual(expect.arrayContaining(names));
    expect(strayNames('sandbox/**/*.{ts,js}', (name) => `sandbox/${name}/`, [list])).toEqual([]);
  });

  it.each([
    ["if (bot.brain === 'other') wake();", ['other']],
    ['const path = `/brains/other/\u0024{secret}`;', ['other']],
    ['switch (brain) { case "other": break; }', ['other']],
    ["if (error.code.startsWith('other.')) return;", ['other']],
    ['const help = { other: 1 };', ['other']],
    ['if (/^other$/.test(brain)) return;', ['other']],
    ["const page = '/other/connect';", ['other']],
    ["const code = 'other.not_joined';", ['other']],
    ["const text = 'the other side'; const host = 'https://other.example/x';", []],
    ["// bot.brain === 'other'\nconst another = 'others';", []],
    ["if (raw.ingress === 'word') read(); const mode = { word: 'word' };", []],
    ["if (bot.brain === 'word') wake();", ['word']],
    ["switch (bot.brain) { case 'word': break; }", ['word']],
    ["const bots = list({ brain: 'word' });", ['word']],
    ["const code = 'word.refused'; const path = '/brains/word/x';", ['word', 'word']],
    ["import { otherBrain } from './other/other-brain.ts';\nexport const brains = [otherBrain];", []],
  ])('is found where it is planted: %s', (source, expected) => {
    expect(namesInSource('planted.ts', source, ['other', 'echo', 'word'], ['word']).map(({ name }) => name)).toEqual(
      expected,
    );
  });
});
