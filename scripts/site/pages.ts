/** The pages of the site by their file names. */
import { sitePage } from './page.ts';
import { english } from './words-en.ts';
import { russian } from './words-ru.ts';

export const siteFolder = 'docs/site';

/** @param repository address at which the repository can be browsed, such as `https://…/blob/main`; null: relative links */
export function sitePages(icon: string, repository: string | null): ReadonlyMap<string, string> {
  const folder = new URL(`https://repository.invalid/${siteFolder}/`);
  const linkTo = (path: string): string =>
    repository === null ? path : `${repository.replace(/\/$/, '')}${new URL(path, folder).pathname}`;
  const drawn = icon
    .trim()
    .replaceAll(/<title>.*<\/title>\s*/g, '')
    .replace('<svg ', '<svg aria-hidden="true" ');
  return new Map([
    ['index.html', sitePage({ words: english, icon: drawn, otherPage: 'ru.html', linkTo })],
    ['ru.html', sitePage({ words: russian, icon: drawn, otherPage: 'index.html', linkTo })],
  ]);
}
