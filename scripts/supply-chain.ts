/**
 * Writes a bill of materials (CycloneDX), checks the licences of all production packages, and prints the registry's known vulnerabilities.
 * Exits with 1 if a licence is not on the list. A registry that offers no audits is not an error.
 */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { auditSentence, listComponents, refusedLicences } from './supply-chain-report.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = new URL('../artifacts/', import.meta.url);
const run = promisify(execFile);

/** The output of npm, even if npm exits with an error, as `npm audit` does when it finds something. */
async function npm(...words: readonly string[]): Promise<string> {
  try {
    return (await run('npm', words, { cwd: root, maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string' && error.stdout !== '')
      return error.stdout;
    throw error;
  }
}

const bill = await npm('sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev');
const components = listComponents(bill);
await mkdir(folder, { recursive: true });
await writeFile(new URL('sbom.cdx.json', folder), bill);
console.log(`artifacts/sbom.cdx.json: ${components.length} production packages`);

const counted = Map.groupBy(components, ({ licence }) => licence);
for (const [licence, those] of counted) console.log(`  ${licence}: ${those.length}`);

console.log(auditSentence(await npm('audit', '--omit', 'dev', '--json')));

const refused = refusedLicences(components);
for (const { name, licence } of refused) console.error(`${name}: the licence ${licence} is not on the list`);
if (refused.length > 0) process.exitCode = 1;
