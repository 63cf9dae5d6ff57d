import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { brainDocumentWith } from '../../scripts/brain-documents.ts';
import { envExample, listSettings, readmeWith, settingsTable } from '../../scripts/settings-documents.ts';
import { brains } from '../../src/brains/index.ts';
import { readSettings, settingsSchema } from '../../src/config.ts';

const pathOf = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const mend = 'run: node scripts/write-settings.ts';
const settings = listSettings();

describe('the papers about the settings', () => {
  it('.env.example says what the schema says', () => {
    expect(readFileSync(pathOf('.env.example'), 'utf8'), mend).toBe(envExample(settings));
  });

  it('the README says what the schema says', () => {
    const readme = existsSync(pathOf('README.md')) ? readFileSync(pathOf('README.md'), 'utf8') : '';
    expect(readmeWith(readme, settingsTable(settings)) ?? readme, mend).toBe(readme);
  });

  it.each(brains.filter(({ configSchema }) => configSchema !== null).map((brain) => [brain.name, brain] as const))(
    'the document of %s says what its schemas say',
    (name, brain) => {
      const [path = ''] = [`docs/${name}.md`, `docs/brains/${name}.md`].map(pathOf).filter(existsSync);
      const paper = readFileSync(path, 'utf8');
      expect(brainDocumentWith(paper, brain), mend).toBe(paper);
      expect(paper).not.toMatch(/\| {2}\|$/m);
    },
  );

  it('has a sentence for every setting', () => {
    expect(settings.map(({ name }) => name)).toEqual(Object.keys(settingsSchema.shape));
    expect(settings.filter(({ meaning }) => meaning === '')).toEqual([]);
  });

  it('names as required exactly what the app refuses to start without', () => {
    const message = (() => {
      try {
        readSettings({});
        return '';
      } catch (error) {
        return error instanceof Error ? error.message : '';
      }
    })();
    const missing = [...message.matchAll(/- (\w+): is missing/g)].map((match) => match[1]);
    expect(missing.length).toBeGreaterThan(0);
    expect(settings.filter(({ isRequired }) => isRequired).map(({ name }) => name)).toEqual(missing);
  });

  it('shows defaults that mean the default when they are set', () => {
    const required = { PUBLIC_URL: 'https://a.example', B24_CLIENT_ID: 'app.x', B24_CLIENT_SECRET: 's' };
    const shown = Object.fromEntries(settings.flatMap(({ name, fallback }) => (fallback ? [[name, fallback]] : [])));
    expect(readSettings({ ...shown, ...required })).toEqual(readSettings(required));
  });

  it('finds drift between the markers and leaves the rest alone', () => {
    const readme = 'before\n<!-- settings -->\nold\n<!-- /settings -->\nafter\n';
    const table = settingsTable(settings);
    expect(readmeWith(readme, table)).toBe(`before\n<!-- settings -->\n${table}\n<!-- /settings -->\nafter\n`);
    expect(readmeWith('no markers', table)).toBeNull();
  });
});
