/**
 * `npm run market`: writes the files for the marketplace (the pack) into `artifacts/market`, filled in for a publisher. With `--check` it also
 * checks the pack and the running app against the rules of the marketplace.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { byHand, runChecks } from './market/check/run-checks.ts';
import { packPages } from './market/pack-texts.ts';
import { takePictures } from './market/pictures.ts';
import { examplePublisher, readPublishers } from './market/publisher.ts';

const usage = `npm run market [-- --publisher <file>] [--check]

  --publisher <file>  who publishes the solution, in the form of install/market/publisher.example.json (default: that example)
  --check             checks the pack and the running app against the rules of the marketplace; exits with 1 if one is violated
`;

const folder = fileURLToPath(new URL('../artifacts/market/', import.meta.url));

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function readOptions() {
  const { values } = parseArgs({
    options: { publisher: { type: 'string' }, check: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  return values;
}

function write(files: ReadonlyMap<string, string | Buffer>): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

async function check(pictures: ReadonlyMap<string, Buffer>): Promise<void> {
  const checked = await runChecks(pictures);
  for (const { rule, faults } of checked) {
    say(`${faults.length === 0 ? 'ok   ' : 'WRONG'} ${rule}`);
    for (const fault of faults) say(`        ${fault}`);
  }
  say('\nWhat a person has to look at:');
  for (const line of byHand) say(`- ${line}`);
  if (checked.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
}

const options = readOptions();
if (options.help === true) {
  process.stdout.write(usage);
} else {
  const publishers = readPublishers(options.publisher ?? examplePublisher);
  write(packPages(publishers));
  const pictures = await takePictures(publishers);
  write(pictures);
  say(`the pack is in ${folder}`);
  if (options.publisher === undefined) say('It is filled in for an example: name yours with --publisher.');
  if (options.check === true) await check(pictures);
}
