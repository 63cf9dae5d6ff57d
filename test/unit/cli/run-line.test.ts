/** What commander makes of a line: nothing here reaches a database, for there is none in the folder. */
import { describe, expect, it } from 'vitest';
import { runLine } from '../../../src/cli/run-line.ts';

async function run(words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const printed = { out: '', err: '' };
  const code = await runLine(words, {
    environment: { DATA_DIR: '/nowhere-at-all' },
    brains: [],
    out: (text) => {
      printed.out += text;
    },
    err: (text) => {
      printed.err += text;
    },
  });
  return { code, ...printed };
}

async function problemOf(words: readonly string[]): Promise<{ code: string; message: string }> {
  const { out } = await run([...words, '--json']);
  expect(out).toMatch(/^[^\n]+\n$/);
  return JSON.parse(out).error;
}

const split = (line: string): string[] => (line === '' ? [] : line.split(' '));

describe('a command line', () => {
  it.each([
    ['', 'no command is given'],
    ['portal list', "unknown command 'portal'"],
    ['portals', '"portals" needs a verb'],
    ['portals eat', "unknown command 'eat'"],
    ['portals lst', "unknown command 'lst'\n(Did you mean list?)"],
    ['portals list all', "too many arguments for 'list'. Expected 0 arguments but got 1: all."],
    ['portals list --everything', "unknown option '--everything'"],
    ['portals erase', "required option '--portal <id or domain>' not specified"],
    ['portals show --portal', "option '--portal <id or domain>' argument missing"],
    ['portals erase --portal=', "option '--portal <id or domain>' is empty"],
    ['trace', "missing required argument 'message, dialog or trace id'"],
    ['trace 1 2', "too many arguments for 'trace'. Expected 1 argument but got 2: 1, 2."],
    ['trace --unknownit', "unknown option '--unknownit'"],
  ])('"%s" is not understood', async (line, message) => {
    expect(await problemOf(split(line))).toEqual({ code: 'cli.usage', message });
  });

  it.each([
    ['bots set --code a --greeting yes'],
    ['bots set --code a --greet-after -1'],
    ['bots set --code a --greet-after 601'],
    ['bots set --code a --greet-after 1.5'],
    ['bots set --code a --greet-after='],
    ['bots set --code a --greeting-text=ru='],
    ['bots set --code a --give-back-after soon'],
    ['bots add --code a --name b --type X'],
    ['dead-letters drop --queue letterbox --lane a --seq 1'],
    ['dead-letters drop --queue inbox --lane a --seq 0'],
  ])('"%s" has a value that cannot be', async (line) => {
    expect(await problemOf(split(line))).toMatchObject({ code: 'cli.usage' });
    expect((await run(split(line))).code).toBe(2);
  });

  it('has a greeting of two thousand characters at most', async () => {
    const words = (length: number): string[] => [
      'bots',
      'set',
      '--code',
      'a',
      '--greeting-text',
      `ru=${'а'.repeat(length)}`,
    ];
    expect(await problemOf(words(2_001))).toMatchObject({ code: 'cli.usage' });
    expect(await problemOf(words(2_000))).toMatchObject({ code: 'database.none_here' });
  });

  it.each([
    ['trace 84331 --portal acme.example'],
    ['--json trace 84331'],
    ['trace -aB3_x-9QwEr'],
    ['trace -B3_x-9QwErt --portal acme'],
    ['dead-letters drop --all --portal=acme'],
    ['bots set --code a --give-back-after never'],
    ['bots add --code a --name b --type s'],
  ])('"%s" is understood', async (line) => {
    expect(await problemOf(split(line))).toMatchObject({ code: 'database.none_here' });
    expect((await run(split(line))).code).toBe(1);
  });

  it('that is not understood is answered with what is wrong and the help of that command', async () => {
    const { code, out, err } = await run(['bots', 'add', '--code', 'a']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^required option '--name <name>' not specified\n\nUsage: npm run cli -- bots add /);
    expect((await run(['portals'])).err).toContain('"portals" needs a verb');
  });
});

describe('the help', () => {
  it('of everything names every command', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    for (const command of ['portals add', 'bots set', 'connections test', 'trace <', 'dead-letters drop', 'probe']) {
      expect(out).toContain(`  ${command}`);
    }
  });

  it.each([['portals'], ['bots'], ['connections'], ['dead-letters']])('of %s names its verbs', async (noun) => {
    expect((await run([noun, '--help'])).out).toContain(`${noun} list`);
    expect((await run(['help', noun])).code).toBe(0);
  });

  it('of a verb explains every option, and fits the page', async () => {
    const { code, out } = await run(['bots', 'add', '--help']);
    expect(code).toBe(0);
    for (const option of ['portal', 'code', 'type', 'name', 'brain', 'connection', 'json']) {
      expect(out).toContain(`--${option}`);
    }
    expect(out).toContain('the name people see (required)');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('is one line of JSON where asked', async () => {
    const { out } = await run(['bots', '--help', '--json']);
    expect(JSON.parse(out)).toEqual({ usage: expect.stringContaining('bots remove') });
  });
});
