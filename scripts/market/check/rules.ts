/** The rules of the marketplace for what a solution does (docs/platform-notes/bitrix24.md#marketplace), as functions that return each violation. */
import type { CardCheck } from '../../../sandbox/bitrix24/vendor-card.ts';
import { readPicture } from '../png.ts';

/** Methods that every app may call. */
const withoutScope =
  /^(app\.info|batch|profile|scope|server\.time|user\.admin|methods|method\.get|event\.(bind|unbind|get|offline\..*))$/i;

/** The scope that opens a method; null: it needs none. */
function scopeOf(method: string): string | null {
  if (withoutScope.test(method)) return null;
  return method.split('.')[0]?.toLowerCase() ?? null;
}

/** @param asked the scopes on the vendor's card @param methods all methods called while every function of the app was used */
export function scopeFaults(asked: readonly string[], methods: readonly string[]): string[] {
  const used = new Set(methods.map(scopeOf).filter((scope) => scope !== null));
  const unused = asked
    .filter((scope) => !used.has(scope))
    .map((scope) => `the scope ${scope} is asked for and not used`);
  const missing = [...used].filter((scope) => !asked.includes(scope));
  return [...unused, ...missing.map((scope) => `the scope ${scope} is used and not asked for`)];
}

export interface CheckedBot {
  readonly code: string;
  /** Hash that tells pictures apart; null: the portal shows none. */
  readonly avatarHash: string | null;
}

export function avatarFaults(bots: readonly CheckedBot[]): string[] {
  if (bots.length === 0) return ['the app has made no bots'];
  const faults = bots
    .filter(({ avatarHash }) => avatarHash === null)
    .map(({ code }) => `the bot ${code} has no avatar`);
  const shown = bots.filter(({ avatarHash }) => avatarHash !== null);
  const twins = shown.filter(
    (bot, index) => shown.findIndex(({ avatarHash }) => avatarHash === bot.avatarHash) !== index,
  );
  return [...faults, ...twins.map(({ code }) => `the bot ${code} has the avatar of another bot`)];
}

/** Checks that a bot introduces itself when it is invited: its name, what it does, its commands. */
export function greetingFaults(name: string, said: readonly string[], commands: readonly string[]): string[] {
  const [first] = said;
  if (first === undefined) return [`${name} says nothing when it is invited`];
  const silent = commands.filter((command) => !first.includes(`/${command}`));
  const faults = silent.map((command) => `the greeting of ${name} does not name /${command}`);
  return first.includes(name) ? faults : [...faults, `the greeting of ${name} does not say who it is`];
}

export function addressFaults(checks: readonly CardCheck[]): string[] {
  if (checks.length === 0) return ['no address was asked'];
  return checks
    .filter(({ accepted }) => !accepted)
    .map(({ name, url, status }) => `HEAD of ${name} (${url}) answers ${status}; the cabinet wants 200, 301 or 302`);
}

const iconSides = { least: 250, most: 650 };
const screenshot = { width: 1280, height: 720 };

/** Screenshots with fewer colours show a page without data or one that did not load. */
const leastColors = 250;

/** @param files by their path below the folder of the pack */
export function pictureFaults(files: ReadonlyMap<string, Buffer>): string[] {
  const faults: string[] = [];
  for (const [path, file] of files) {
    const isIcon = path === 'icon.png';
    if (!isIcon && !path.includes('screenshots/')) continue;
    try {
      faults.push(...(isIcon ? iconFaults(file) : screenshotFaults(file)).map((fault) => `${path}: ${fault}`));
    } catch (error) {
      faults.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (!files.has('icon.png')) faults.push('icon.png: is missing');
  for (const language of ['ru', 'en']) {
    if (![...files.keys()].some((path) => path.startsWith(`${language}/screenshots/`))) {
      faults.push(`${language}/screenshots: there are none`);
    }
  }
  return faults;
}

function iconFaults(file: Buffer): string[] {
  const { width, height, isTransparent } = readPicture(file);
  const faults: string[] = [];
  if (width !== height) faults.push('is not square');
  if (width < iconSides.least || width > iconSides.most) faults.push(`is ${width} pixels wide; 250 to 650 are allowed`);
  if (isTransparent) faults.push('is transparent');
  return faults;
}

function screenshotFaults(file: Buffer): string[] {
  const { width, height, colors } = readPicture(file);
  const faults: string[] = [];
  if (width > screenshot.width || height > screenshot.height)
    faults.push(`is ${width} × ${height}; 1280 × 720 is the most`);
  if (colors < leastColors) faults.push(`is empty: it has ${colors} colours`);
  return faults;
}

export interface RestLogLine {
  readonly method: string;
  readonly request: string;
  readonly answer: string;
}

/** @param methods the methods that were called @param secrets tokens and keys that must not appear anywhere in the log */
export function restLogFaults(
  lines: readonly RestLogLine[],
  { methods, secrets }: { readonly methods: readonly string[]; readonly secrets: readonly string[] },
): string[] {
  if (lines.length === 0) return ['the log of REST calls is empty'];
  const logged = new Set(lines.map(({ method }) => method.toLowerCase()));
  const missing = [...new Set(methods.map((method) => method.toLowerCase()))].filter(
    (method) => method !== 'batch' && !logged.has(method),
  );
  const leaks = lines.filter(({ request, answer }) =>
    secrets.some((secret) => `${request}\n${answer}`.includes(secret)),
  );
  return [
    ...missing.map((method) => `the log of REST calls has no ${method}`),
    ...leaks.map(({ method }) => `the log of REST calls shows a secret in ${method}`),
  ];
}

/** @param rows number of the portal's rows by table, after the app was removed with its data */
export function erasureFaults(rows: ReadonlyMap<string, number>): string[] {
  return [...rows].filter(([, count]) => count > 0).map(([table, count]) => `${count} rows of ${table} are left`);
}
