/**
 * `node scripts/write-settings.ts`: writes `.env.example`, the README's settings table and the tables of brains' documents and of who leads. With `--check`
 * it only exits with 1 if they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brains } from '../src/brains/index.ts';
import { brainDocuments, brainDocumentWith } from './brain-documents.ts';
import { leadDocumentWith } from './lead-document.ts';
import { envExample, listSettings, readmeWith, settingsTable } from './settings-documents.ts';

const isCheck = process.argv.includes('--check');
const settings = listSettings();
const pathOf = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

function readIfThere(name: string): string | null {
  try {
    return readFileSync(pathOf(name), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

const leadPath = 'docs/who-leads.md';
const leadPaper = readIfThere(leadPath);
const readme = readIfThere('README.md');
const papers = [
  { name: '.env.example', is: readIfThere('.env.example'), shouldBe: envExample(settings) },
  { name: 'README.md', is: readme, shouldBe: readme === null ? null : readmeWith(readme, settingsTable(settings)) },
  { name: leadPath, is: leadPaper, shouldBe: leadPaper === null ? null : leadDocumentWith(leadPaper) },
  ...brains.flatMap((brain) =>
    brainDocuments(brain.name).flatMap((name) => {
      const is = readIfThere(name);
      return is === null ? [] : [{ name, is, shouldBe: brainDocumentWith(is, brain) }];
    }),
  ),
];

for (const { name, is, shouldBe } of papers) {
  // Null: the document has no marks for the settings.
  if (shouldBe === null || shouldBe === is) continue;
  if (isCheck) {
    process.stderr.write(`${name} differs from the schemas; run: node scripts/write-settings.ts\n`);
    process.exitCode = 1;
  } else {
    writeFileSync(pathOf(name), shouldBe);
    process.stdout.write(`${name} written\n`);
  }
}
