import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runLine } from '../../../src/cli/run-line.ts';
import { readSettings } from '../../../src/config.ts';
import { explainStart } from '../../../src/explain-start.ts';

let folder = '';
let file = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'setup-'));
  file = join(folder, '.env');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** @param answers what the person says, in turn; absent: nobody is there */
async function setup(
  words: readonly string[],
  answers?: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  let [out, err, turn] = ['', '', 0];
  const ask = (): Promise<string> => {
    const answer = answers?.[turn];
    turn += 1;
    if (answer === undefined) throw new Error('a question too many');
    return Promise.resolve(answer);
  };
  const code = await runLine(['setup', '--file', file, ...words], {
    environment,
    brains: [],
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    ...(answers === undefined ? {} : { ask }),
  });
  return { code, out, err };
}

const values = async () => parseEnv(await readFile(file, 'utf8'));

describe('setup', () => {
  it('asks, asks again what cannot be used, and writes settings the app starts with, for its owner alone', async () => {
    const secret = 'a "quoted" # secret';
    const ran = await setup([], ['ftp//no', '', 'https://bots.example/', 'local.1', secret, '', '', '10.0.0.0/8']);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await values()).toEqual({
      PUBLIC_URL: 'https://bots.example/',
      B24_CLIENT_ID: 'local.1',
      B24_CLIENT_SECRET: secret,
      PORT: '3000',
      TRUSTED_PROXIES: '10.0.0.0/8',
    });
    expect(readSettings(await values())).toMatchObject({ PUBLIC_URL: 'https://bots.example', PORT: 3000 });
  });

  const flags = ['--public-url', 'https://bots.example', '--client-id', 'local.1'];
  const secrets = { B24_CLIENT_SECRET: 's', DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x' };

  it('takes flags and the environment where nobody can be asked, makes APP_SECRET, and tells that the database is away', async () => {
    const ran = await setup(flags, undefined, secrets);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain('the database cannot be reached');
    expect(ran.out).not.toContain('u:p@');
    const written = await values();
    expect(Buffer.from(written['APP_SECRET'] ?? '', 'base64')).toHaveLength(32);
    expect(readSettings(written)).toMatchObject({ DATABASE_URL: secrets.DATABASE_URL });
  });

  it('changes an existing file only when told to, and keeps its APP_SECRET and what it does not ask for', async () => {
    const before = `APP_SECRET=${Buffer.alloc(32, 1).toString('base64')}\nLOG_LEVEL=debug\nPORT=4000\n`;
    await writeFile(file, before);
    expect((await setup(flags, undefined, secrets)).code).toBe(1);
    expect((await setup(flags, ['n'], secrets)).code).toBe(1);
    expect(await readFile(file, 'utf8')).toBe(before);
    expect((await setup([...flags, '--replace'], undefined, secrets)).code).toBe(0);
    expect(await values()).toMatchObject({ ...parseEnv(before), PUBLIC_URL: 'https://bots.example' });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('makes the passwords of compose.yaml once, and leaves its database and port to it', async () => {
    expect((await setup([...flags, '--compose'], undefined, { B24_CLIENT_SECRET: 's' })).code).toBe(0);
    const first = await values();
    expect(Object.keys(first).sort()).toEqual([
      'APP_SECRET',
      'B24_CLIENT_ID',
      'B24_CLIENT_SECRET',
      'DATABASE_PASSWORD',
      'GRAFANA_PASSWORD',
      'PUBLIC_URL',
    ]);
    expect((await setup([...flags, '--compose', '--replace'], undefined, { B24_CLIENT_SECRET: 't' })).code).toBe(0);
    expect(await values()).toEqual({ ...first, B24_CLIENT_SECRET: 't' });
  });

  it('says which answer is missing or wrong, and writes nothing', async () => {
    expect(await setup(['--public-url', 'https://bots.example'])).toMatchObject({ code: 2 });
    expect((await setup([...flags, '--client-secret', 's', '--port', 'x'])).err).toContain('--port');
    expect(
      (await setup(['--public-url', 'http://bots.example', '--client-id', 'a', '--client-secret', 'b'])).err,
    ).toContain('must be https');
    expect((await setup([...flags, '--client-secret', 's\nX=1'])).code).toBe(2);
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });
});

describe('a start that fails', () => {
  it('says what is missing and which command mends it', () => {
    let thrown: unknown;
    try {
      readSettings({});
    } catch (error) {
      thrown = error;
    }
    expect(explainStart(thrown)).toMatch(/PUBLIC_URL: is missing\n(.*\n)+.*npm run setup$/);
    const taken = Object.assign(new Error('x'), { syscall: 'listen', code: 'EADDRINUSE', port: 3000 });
    expect(explainStart(taken)).toContain('PORT=3001 npm start');
    const away = Object.assign(new Error('connect'), { code: 'ECONNREFUSED', syscall: 'connect' });
    expect(explainStart(away)).toContain('Start PostgreSQL');
    expect(explainStart(Object.assign(new Error('x'), { code: '28P01' }))).toContain('createuser');
    expect(explainStart(new Error('a fault'))).toBeNull();
  });
});
