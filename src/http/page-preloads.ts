/**
 * The files that the app's first view fetches after its script: the words of the reader's language, and the page that opens. Because the page names
 * them, the browser fetches them together with the script instead of after it.
 */
import { z } from 'zod';
import type { Language } from '../core/language.ts';

/** Vite's manifest: which file was built from which source. */
const manifestSchema = z.record(
  z.string(),
  z.object({
    file: z.string(),
    imports: z.array(z.string()).default([]),
    css: z.array(z.string()).default([]),
  }),
);
type Manifest = z.output<typeof manifestSchema>;

/** The pages that the app opens first. */
export type FirstView = 'wizard' | 'overview';

const sources: Readonly<Record<FirstView, string>> = {
  wizard: 'src/pages/WizardPage.vue',
  overview: 'src/pages/HealthPage.vue',
};

/**
 * Makes the elements for the page's head, except those that the page has already; none if the manifest is missing.
 *
 * @param manifest the text of Vite's manifest
 */
export function createPreloads(manifest: string | null): (page: string, view: FirstView, language: Language) => string {
  const entries = manifest === null ? {} : manifestSchema.parse(JSON.parse(manifest));
  return (page, view, language) => {
    const files = new Set([sources[view], `src/texts/${language}/words.ts`].flatMap((name) => filesOf(entries, name)));
    return [...files]
      .filter((file) => !page.includes(file))
      .map((file) =>
        file.endsWith('.css')
          ? `<link rel="stylesheet" crossorigin href="/bitrix24/assets/${file}">`
          : `<link rel="modulepreload" crossorigin href="/bitrix24/assets/${file}">`,
      )
      .join('');
  };
}

function filesOf(entries: Manifest, name: string, seen = new Set<string>()): readonly string[] {
  const entry = entries[name];
  if (entry === undefined || seen.has(name)) return [];
  seen.add(name);
  return [entry.file, ...entry.css, ...entry.imports.flatMap((one) => filesOf(entries, one, seen))];
}
