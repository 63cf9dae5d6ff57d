/** The embedded database as it is made and started, and why a start is refused. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { processCommand } from '../../../src/lib/process-command.ts';
import { cleanups, folder, madeFolder, query, serverPid, setTheStage, start } from './embedded-postgres-stage.ts';

setTheStage();

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

  it.runIf(process.getuid?.() === 0)('runs the server as another user when started as root', async () => {
    const dataDir = await folder();
    await start(dataDir);
    expect((await stat(join(dataDir, 'db'))).uid).not.toBe(0);
    expect((await stat(join(dataDir, 'db'))).mode & 0o777).toBe(0o700);
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
});
