import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from '../../../src/lib/embedded-postgres.ts';
import { startEmbeddedPostgres } from '../../../src/lib/embedded-postgres.ts';
import { createLogger } from '../../../src/lib/logger.ts';
import { serverAccount } from '../../../src/lib/postgres-account.ts';
import { findPostgresBinaries } from '../../../src/lib/postgres-binaries.ts';
import { createDataFolder, removeHalfMade } from '../../../src/lib/postgres-folder.ts';
import { processCommand } from '../../../src/lib/process-command.ts';
import { compileCache } from '../../support/compile-cache.ts';

const password = "pass word'%/";
const flags = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
const cleanups: (() => Promise<unknown>)[] = [];

let template = '';

beforeAll(async () => {
  template = await mkdtemp(join(tmpdir(), 'embedded-'));
  await chmod(template, 0o755);
  const log = createLogger({ level: 'silent', name: 'test' });
  await (await startEmbeddedPostgres({ dataDir: template, password, flags, log })).stop();
});

afterAll(() => rm(template, { recursive: true, force: true }));

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'embedded-'));
  // Under root the server runs as another user, who has to get through.
  await chmod(path, 0o755);
  cleanups.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A data folder with a database already made in it, copied: making one takes a second. */
async function madeFolder(): Promise<string> {
  const path = await folder();
  await promisify(execFile)('cp', ['-a', join(template, 'db'), path]);
  return path;
}

async function start(dataDir: string, more: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const log = createLogger({ level: 'silent', name: 'test' });
  const database = await startEmbeddedPostgres({ dataDir, password, flags, log, ...more });
  cleanups.push(() => database.stop());
  return database;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function serverPid(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'db', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** Starts the database in another process. `kill` ends that process the hard way, leaving its database behind. */
async function startElsewhere(dataDir: string): Promise<{ port: number; kill: () => Promise<unknown> }> {
  const script = fileURLToPath(new URL('embedded-postgres-parent.ts', import.meta.url));
  const parent = spawn(process.execPath, [script, dataDir, password], {
    env: { ...process.env, ...compileCache },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(parent, 'exit');
  const kill = (): Promise<unknown> => {
    parent.kill('SIGKILL');
    return exited;
  };
  cleanups.push(kill);
  const [chunk] = (await once(parent.stdout, 'data')) as [Buffer];
  return { port: Number(chunk.toString()), kill };
}

async function leaveOrphan(dataDir: string): Promise<number> {
  const { port, kill } = await startElsewhere(dataDir);
  await kill();
  return port;
}

describe('startEmbeddedPostgres', () => {
  it('makes the database at the first start and finds it again at the next', async () => {
    const dataDir = await folder();
    const first = await start(dataDir);
    expect(first.adopted).toBe(false);
    expect(new URL(first.url('bridge')).port).toBe(String(first.port));
    await query(first.url('bridge'), "create table fact as select 'ключ' as name");
    const [settings] = await query(
      first.url('bridge'),
      `select current_setting('server_encoding') as encoding, current_setting('listen_addresses') as address,
       current_setting('password_encryption') as password, current_setting('fsync') as fsync,
       current_setting('max_connections') as connections, current_setting('shared_buffers') as buffers,
       current_setting('unix_socket_directories') as sockets, current_setting('TimeZone') as zone`,
    );
    expect(settings).toEqual({
      encoding: 'UTF8',
      address: '127.0.0.1',
      password: 'scram-sha-256',
      fsync: 'off',
      connections: '60',
      buffers: '64MB',
      sockets: '',
      zone: 'UTC',
    });
    const pid = await serverPid(dataDir);
    await Promise.all([first.stop(), first.stop()]);
    expect(await processCommand(pid)).toBeUndefined();
    expect(await readdir(dataDir)).toEqual(['db']);

    const second = await start(dataDir, { flags: {} });
    await expect(query(second.url('bridge'), 'select name from fact')).resolves.toEqual([{ name: 'ключ' }]);
    await expect(query(second.url('bridge'), 'show fsync')).resolves.toEqual([{ fsync: 'on' }]);
  });

  it('lets nobody in without the password', async () => {
    const database = await start(await madeFolder());
    const wrong = new URL(database.url('bridge'));
    wrong.password = 'another';
    await expect(query(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it.runIf(process.platform === 'linux')('keeps our environment and the password out of the server’s', async () => {
    const dataDir = await madeFolder();
    await start(dataDir);
    const process = `/proc/${await serverPid(dataDir)}`;
    const known = [await readFile(`${process}/environ`, 'utf8'), await readFile(`${process}/cmdline`, 'utf8')].join();
    expect(known).not.toContain('pass word');
    expect(known).not.toContain('VITEST');
  });

  it('stays in a process group of its own, so that Ctrl-C in the terminal does not reach it', async () => {
    const dataDir = await madeFolder();
    await start(dataDir);
    const pid = await serverPid(dataDir);
    const { stdout } = await promisify(execFile)('ps', ['-o', 'pgid=', '-p', String(pid)]);
    expect(Number(stdout)).toBe(pid);
  });

  it('adopts the server that a killed application left, on its port, with its data', async () => {
    const dataDir = await madeFolder();
    const port = await leaveOrphan(dataDir);
    const pid = await serverPid(dataDir);
    expect(await processCommand(pid)).toBeDefined();
    const adopted = await start(dataDir);
    expect(adopted).toMatchObject({ adopted: true, port });
    expect(await serverPid(dataDir)).toBe(pid);
    await expect(query(adopted.url('bridge'), 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
    await adopted.stop();
    expect(await processCommand(pid)).toBeUndefined();
  });

  it('stops a left server that it cannot use and starts afresh', async () => {
    const dataDir = await madeFolder();
    await leaveOrphan(dataDir);
    const pid = await serverPid(dataDir);
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await new Promise((resolve) => other.close(resolve));
    const fresh = await start(dataDir, { port });
    expect(fresh).toMatchObject({ adopted: false, port });
    expect(await processCommand(pid)).toBeUndefined();
  });

  it('recovers when application and server were both killed, and their numbers were given to others', async () => {
    const dataDir = await madeFolder();
    const first = await start(dataDir, { flags: {} });
    await query(first.url('bridge'), 'create table fact as select 1 as n');
    const pid = await serverPid(dataDir);
    const pidFile = join(dataDir, 'db', 'postmaster.pid');
    const left = await readFile(pidFile, 'utf8');
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => processCommand(pid), { timeout: 5000 }).toBeUndefined();
    await first.stop();
    // This very test process now stands for "another process that was given the number".
    await writeFile(pidFile, left.replace(String(pid), String(process.pid)));
    const second = await start(dataDir);
    await expect(query(second.url('bridge'), 'select n from fact')).resolves.toEqual([{ n: 1 }]);
  });

  it('does not take a half-made data folder for a whole one', async () => {
    const dataDir = await folder();
    await mkdir(join(dataDir, 'db.new-1', 'db'), { recursive: true });
    await writeFile(join(dataDir, 'db.new-1', 'db', 'PG_VERSION'), '18\n');
    const database = await start(dataDir);
    await expect(query(database.url('bridge'), 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
    expect(await readdir(dataDir)).toEqual(['db']);
  });

  it('refuses a folder that is in use already', async () => {
    const dataDir = await madeFolder();
    const first = await start(dataDir);
    await expect(start(dataDir)).rejects.toMatchObject({ name: 'Misconfigured', code: 'database.in_use' });
    await expect(query(first.url('bridge'), 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
  });

  it('refuses a folder that another process uses until that process is gone', async () => {
    const dataDir = await madeFolder();
    const { port, kill } = await startElsewhere(dataDir);
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'database.in_use' });
    await kill();
    await expect(start(dataDir)).resolves.toMatchObject({ adopted: true, port });
  });

  it.each([
    ['that is empty', folder],
    ['that has a database', madeFolder],
  ])('has one winner and one server when several start at once on a folder %s', async (_what, make) => {
    const dataDir = await make();
    const starts = await Promise.allSettled(Array.from({ length: 4 }, () => start(dataDir)));
    const won = starts.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const lost = starts.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(lost.map(({ code }) => code)).toEqual(Array.from({ length: 3 }, () => 'database.in_use'));
    expect(won).toHaveLength(1);
    await expect(query(won[0]?.url('bridge') ?? '', 'select 1 as one')).resolves.toEqual([{ one: 1 }]);
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
    expect(stdout.split('\n').filter((line) => line.includes(`-D ${join(dataDir, 'db')} `))).toHaveLength(1);
    expect(await readdir(dataDir)).toEqual(['db']);
  });

  it('is no matter to a slower one when the quicker one has made the folder and removed what was half made', async () => {
    const dataDir = await madeFolder();
    const account = await serverAccount();
    const place = {
      folder: join(dataDir, 'db'),
      account,
      binaries: await findPostgresBinaries(dataDir, account),
      flags,
    };
    // Each of many is met at another moment of its making.
    const slower = Array.from({ length: 12 }, () => createDataFolder(place, password));
    let areUnderWay = true;
    const ends = Promise.allSettled(slower).finally(() => {
      areUnderWay = false;
    });
    while (areUnderWay) await removeHalfMade(place.folder);
    expect((await ends).filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(await readdir(dataDir)).toEqual(['db']);
  });

  it('stays the user of its server when that has dropped all connections', async () => {
    const dataDir = await madeFolder();
    const first = await start(dataDir);
    const holders = () => query(first.url('postgres'), `select pid from pg_locks where locktype = 'advisory'`);
    const [before] = await holders();
    await query(first.url('postgres'), `select pg_terminate_backend(${Number(before?.['pid'])})`);
    const others = async () => (await holders()).filter(({ pid }) => pid !== before?.['pid']);
    await expect.poll(others, { timeout: 10_000 }).toHaveLength(1);
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'database.in_use' });
  });

  it('refuses a port that is taken, and lets go of the folder', async () => {
    const dataDir = await folder();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    cleanups.push(() => new Promise((resolve) => other.close(resolve)));
    const { port } = other.address() as AddressInfo;
    await expect(start(dataDir, { port })).rejects.toMatchObject({ code: 'database.port_taken' });
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('refuses a password that the database was not made with, and leaves no server running', async () => {
    const dataDir = await madeFolder();
    await (await start(dataDir)).stop();
    await expect(start(dataDir, { password: 'another' })).rejects.toMatchObject({ code: 'database.wrong_password' });
    expect(await readdir(join(dataDir, 'db'))).not.toContain('postmaster.pid');
  });

  it('refuses the folder of another major version and does not touch it', async () => {
    const dataDir = await folder();
    await mkdir(join(dataDir, 'db'));
    await writeFile(join(dataDir, 'db', 'PG_VERSION'), '15\n');
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'database.version_mismatch' });
    expect(await readdir(join(dataDir, 'db'))).toEqual(['PG_VERSION']);
  });

  it('refuses a folder that cannot be made', async () => {
    const path = join(await folder(), 'file');
    await writeFile(path, '');
    await expect(start(join(path, 'data'))).rejects.toMatchObject({ code: 'database.data_dir_not_writable' });
  });

  it('says why when the server does not start', async () => {
    const dataDir = await madeFolder();
    const call = start(dataDir, { flags: { shared_buffers: 'nonsense' } });
    await expect(call).rejects.toMatchObject({
      code: 'database.start_failed',
      message: expect.stringContaining('shared_buffers'),
    });
  });

  it.runIf(process.getuid?.() === 0)('names the folder that the server’s user cannot enter, and the mend', async () => {
    const closed = await folder();
    await chmod(closed, 0o700);
    await expect(start(join(closed, 'inner', 'data'))).rejects.toMatchObject({
      code: 'database.data_dir_unreachable',
      message: expect.stringContaining(`cannot enter ${closed}; move`),
    });
  });

  it.runIf(process.getuid?.() === 0)('runs the server as another user when started as root', async () => {
    const dataDir = await folder();
    await start(dataDir);
    expect((await stat(join(dataDir, 'db'))).uid).not.toBe(0);
    expect((await stat(join(dataDir, 'db'))).mode & 0o777).toBe(0o700);
  });
});
