/**
 * `npm run site`: writes the project's one-page site into `docs/site`, with links to the documents beside it; a test fails when it is out of date.
 * `-- --repository https://…/blob/main` writes a copy for a web server into `artifacts/site`, with links to the repository's pages.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { siteFolder, sitePages } from './site/pages.ts';

const pathOf = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));
const { repository = null } = parseArgs({ options: { repository: { type: 'string' } } }).values;
const into = repository === null ? siteFolder : 'artifacts/site';
mkdirSync(pathOf(into), { recursive: true });
const style = 'site.css';
if (repository !== null) cpSync(pathOf(`${siteFolder}/${style}`), pathOf(`${into}/${style}`));
for (const [name, page] of sitePages(readFileSync(pathOf('install/market/icon.svg'), 'utf8'), repository)) {
  writeFileSync(pathOf(`${into}/${name}`), page);
  process.stdout.write(`${into}/${name} written\n`);
}
