/**
 * `npm run test:mutants`: plants faults into copies of the source, one at a time, and counts how many the tests notice. Prints the score
 * of each folder and every fault that lived. Takes a sample, the same for the same seed; ends by itself.
 */
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRandom } from '../soak/support/random.ts';
import { type Mutant, makeMutants } from './make-mutants.ts';
import { measureReach } from './measure-reach.ts';
import { type Measured, type Reach, reachOf } from './reach.ts';
import { type Room, rooms } from './rooms.ts';
import { root, startTree, type Tree } from './tree.ts';

/** Share of the faults that has to be noticed. */
const barPercent = 85;

const usage = `npm run test:mutants -- [--room <name>]… [--sample <n>] [--seed <n>] [--workers <n>] [--budget <s>] [--reach <file>]
  --room <name>   may be repeated; one of: ${rooms.map(({ name }) => name).join(', ')}
  --sample <n>    faults tried of each folder; 40 unless told otherwise
  --seed <n>      which ones; 1 unless told otherwise
  --workers <n>   tried at a time; 2 unless told otherwise
  --budget <s>    seconds of tests that are asked about one fault, the quickest first; 120 unless told otherwise. A fault that these do not
                  notice counts as living
  --reach <file>  keeps in this file which tests reach what, and takes it from there while the source is the same: measuring it
                  takes longer than all tests
`;

interface Score {
  readonly room: Room;
  readonly tried: number;
  readonly lived: readonly Mutant[];
}

type Sources = ReadonlyMap<string, string>;

/** The texts of the source by their paths. */
async function readSources(): Promise<Sources> {
  const names = (await readdir(join(root, 'src'), { recursive: true })).filter((name) => name.endsWith('.ts'));
  const files = names.toSorted().map((name) => join('src', name));
  return new Map(
    await Promise.all(files.map(async (file) => [file, await readFile(join(root, file), 'utf8')] as const)),
  );
}

/** What needs a Citus cluster is left out: its tests are. */
const isTried = (file: string, { folder }: Room): boolean => file.startsWith(`${folder}/`) && !/citus/.test(file);

const mutantsOf = (room: Room, sources: Sources): readonly Mutant[] =>
  [...sources].flatMap(([file, text]) => (isTried(file, room) ? makeMutants(file, text) : []));

async function readReach(file: string | undefined, sources: Sources): Promise<Reach> {
  const source = hash('sha256', JSON.stringify([...sources]));
  const kept = file !== undefined && existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Measured) : null;
  const measured = kept?.source === source ? kept : { ...(await measureReach()), source };
  if (file !== undefined && measured !== kept) await writeFile(file, JSON.stringify(measured));
  // Tests may have been moved since.
  const tests = measured.tests.filter(({ path }) => existsSync(join(root, path)));
  return reachOf({ ...measured, tests }, sources);
}

/** So many of them, spread evenly by chance. */
function sampleOf(mutants: readonly Mutant[], size: number, seed: number): readonly Mutant[] {
  const random = createRandom(seed);
  const drawn = mutants.map((mutant) => ({ mutant, order: random.below(2 ** 30) }));
  return drawn
    .toSorted((a, b) => a.order - b.order)
    .slice(0, size)
    .map(({ mutant }) => mutant);
}

interface Trying {
  readonly trees: readonly Tree[];
  readonly reach: Reach;
  readonly budgetMs: number;
}

async function tryRoom(room: Room, mutants: readonly Mutant[], { trees, reach, budgetMs }: Trying): Promise<Score> {
  const waiting = [...mutants];
  const lived: Mutant[] = [];
  await Promise.all(
    trees.map(async (tree) => {
      for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
        const isNoticed = await tree.notices(mutant, reach, budgetMs);
        if (!isNoticed) lived.push(mutant);
        process.stderr.write(`${room.name}: ${isNoticed ? 'noticed' : 'LIVED'}  ${describe(mutant)}\n`);
      }
    }),
  );
  return { room, tried: mutants.length, lived };
}

const describe = ({ file, line, from, to }: Mutant): string =>
  `${file}:${line}  ${oneLine(from)}  →  ${oneLine(to) || '(nothing)'}`;

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 70);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      room: { type: 'string', multiple: true },
      sample: { type: 'string', default: '40' },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: '2' },
      budget: { type: 'string', default: '120' },
      reach: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const chosen = rooms.filter(({ name }) => values.room === undefined || values.room.includes(name));
  if (values.help || chosen.length === 0) {
    process.stdout.write(usage);
    return values.help ? 0 : 1;
  }
  const sources = await readSources();
  const reach = await readReach(values.reach, sources);
  const trees = await Promise.all(Array.from({ length: Number(values.workers) }, startTree));
  const trying = { trees, reach, budgetMs: 1_000 * Number(values.budget) };
  const scores: Score[] = [];
  try {
    for (const room of chosen) {
      const mutants = sampleOf(mutantsOf(room, sources), Number(values.sample), Number(values.seed));
      scores.push(await tryRoom(room, mutants, trying));
    }
  } finally {
    await Promise.all(trees.map((tree) => tree.close()));
  }
  return report(scores, Number(values.seed));
}

function report(scores: readonly Score[], seed: number): number {
  process.stdout.write(`\nfolder           tried  noticed  score  (seed ${seed}, bar ${barPercent} %)\n`);
  let isMet = true;
  for (const { room, tried, lived } of scores) {
    const noticed = tried - lived.length;
    const percent = tried === 0 ? 0 : Math.round((100 * noticed) / tried);
    isMet &&= percent >= barPercent;
    const columns = [
      room.folder.padEnd(15),
      String(tried).padStart(6),
      String(noticed).padStart(8),
      `${percent} %`.padStart(6),
    ];
    process.stdout.write(`${columns.join(' ')}\n`);
    for (const mutant of lived) process.stdout.write(`  lived  ${describe(mutant)}\n`);
  }
  return isMet ? 0 : 1;
}

process.exitCode = await main();
