/**
 * Starts the app with Node's compile cache beside the installed packages: from the second start on nothing has to be stripped of its types
 * again, which spares a fifth of the memory (bench `memory`). Plain JavaScript that any Node reads, because it also says what is missing before
 * the app can be read at all.
 *
 * Its one argument, if there is one, names a file of settings; those of the environment come first, and the file may be absent.
 */
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

/** @param {string} problem @returns {never} */
function giveUp(problem) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}

if (Number.parseInt(process.versions.node, 10) < 24) {
  giveUp(
    `This is Node.js ${process.versions.node}; 24 or later is needed.\nIt comes with the packages: run "npm ci" here, and start the app by "npm start".`,
  );
}
try {
  // Wherever npm has put it.
  nodeModule.createRequire(import.meta.url).resolve('koa');
} catch {
  giveUp('The packages are not installed here.\nRun: npm ci');
}
const settingsFile = process.argv[2];
if (settingsFile !== undefined && existsSync(settingsFile)) process.loadEnvFile(settingsFile);
// Where the folder cannot be written the app starts as well, only without the cache.
nodeModule.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)));
await import('./main.ts');
