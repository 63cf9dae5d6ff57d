/** What applications that were killed have left: servers, pid files, half-made folders. */
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { processCommand } from '../../../src/lib/process-command.ts';
import {
  folder,
  leaveOrphan,
  madeFolder,
  query,
  serverPid,
  setTheStage,
  start,
} from '../../integration/lib/embedded-postgres-stage.ts';

setTheStage();

describe('startEmbeddedPostgres after a killed application', () => {
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
    await expect.poll(() => processCommand(pid)).toBeUndefined();
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
});
