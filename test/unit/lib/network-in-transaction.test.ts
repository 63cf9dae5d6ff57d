import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AppError } from '../../../src/core/errors.ts';
import type { HttpClient } from '../../../src/lib/http-client.ts';
import { createGotClient } from '../../../src/lib/http-engine-got.ts';
import { createUndiciClient } from '../../../src/lib/http-engine-undici.ts';
import { createNetworkGuard, socketLookup } from '../../../src/lib/network-guard.ts';
import {
  checkNoTransaction,
  countBreaches,
  markTransaction,
  reportBreaches,
} from '../../../src/lib/network-in-transaction.ts';

let server: Server;
let url: URL;
const clients: HttpClient[] = [];
let engines: Readonly<Record<string, HttpClient>>;

beforeAll(async () => {
  server = createServer((_request, answer) => answer.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const guard = createNetworkGuard({ allowedPrivateHosts: [url.host] });
  engines = { got: createGotClient({ guard }), undici: createUndiciClient({ guard }) };
  clients.push(...Object.values(engines));
});

afterEach(() => reportBreaches(null));

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await new Promise((resolve) => server.close(resolve));
});

const breach = expect.objectContaining({ code: 'internal.network_in_transaction' });

describe('a network call within a database transaction', () => {
  it.each(['got', 'undici'])('is stopped before it leaves (%s)', async (name) => {
    const send = () => engines[name]!.send({ method: 'GET', url, timeoutMs: 2_000 });
    await expect(markTransaction(send)).rejects.toEqual(breach);
    // Outside it goes through, and so does what follows the transaction.
    expect((await send()).status).toBe(200);
    await markTransaction(() => Promise.resolve());
    expect((await send()).status).toBe(200);
  });

  it('is stopped however far down it is begun', async () => {
    const later = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      checkNoTransaction('somewhere');
    };
    await expect(markTransaction(() => Promise.all([later(), later()]))).rejects.toEqual(breach);
  });

  it('is stopped when it is a socket', async () => {
    const guard = createNetworkGuard({ allowedPrivateHosts: [] });
    const open = () => Promise.resolve(socketLookup(guard, new URL('wss://example.com/')));
    await expect(markTransaction(async () => await open())).rejects.toEqual(breach);
    await expect(open()).resolves.toBeTypeOf('function');
  });

  it('is not suspected of work that was begun in a transaction and goes on after it', async () => {
    let goOn = (): void => {};
    const after = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let background: Promise<void> | undefined;
    await markTransaction(() => {
      background = after.then(() => checkNoTransaction('afterwards'));
      return Promise.resolve();
    });
    goOn();
    await expect(background).resolves.toBeUndefined();
  });

  it('is reported and counted, and goes on, where the process has chosen that', async () => {
    const seen: AppError[] = [];
    const before = countBreaches();
    reportBreaches((error) => seen.push(error));
    const answer = await markTransaction(() => engines['undici']!.send({ method: 'GET', url, timeoutMs: 2_000 }));
    expect(answer.status).toBe(200);
    expect(seen).toEqual([breach]);
    expect(countBreaches()).toBe(before + 1);
  });
});

describe('the source', () => {
  const folder = fileURLToPath(new URL('../../../src/', import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

  /** Lines of a source that begin a transaction by themselves, past the mark. */
  const unmarked = (text: string): string[] =>
    text.split('\n').filter((line) => /\.transaction\s*[(<]|['"`]\s*(begin|start transaction)\b/i.test(line));

  it('begins transactions in one place only, where they are marked', () => {
    expect(files.length).toBeGreaterThan(100);
    const found = files.flatMap((name) =>
      unmarked(readFileSync(`${folder}${name}`, 'utf8')).map((line) => `${name}: ${line.trim()}`),
    );
    expect(found.toSorted()).toEqual([
      expect.stringMatching(/^store\/database\.ts: .*markTransaction/),
      // Two statements on a connection that is not of the pool, with nothing between them.
      "store/queue/workers.ts: await client.query('begin');",
    ]);
  });

  it('is searched in a way that finds a planted breach', () => {
    expect(unmarked('await options.db.transaction(async (trx) => {')).toHaveLength(1);
    expect(unmarked("await query(db, 'begin')")).toHaveLength(1);
    expect(unmarked('await inTransaction(db, async (trx) => {')).toHaveLength(0);
  });
});
