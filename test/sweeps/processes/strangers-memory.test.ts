import { readFile, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeenBot } from '../../../sandbox/bitrix24/observation.ts';
import { until } from '../../support/bridge.ts';
import type { BridgeProcess } from '../../support/bridge-process.ts';
import { postEvent, privateMessageBody } from '../../support/event-bodies.ts';
import { type ProcessStage, setStage } from '../../support/process-stage.ts';
import { ourBot } from '../../support/talk.ts';

/** Held connections at a time: enough that each kind would fill the memory without limits, few enough for a busy machine. */
const held = 150;
const mega = 1024 * 1024;

let stage: ProcessStage;
let app: BridgeProcess;
let bot: SeenBot;
let lastMessageId = 5_000_000;
const sockets = new Set<Socket>();

beforeAll(async () => {
  stage = await setStage();
  app = await stage.start();
  await stage.install();
  bot = ourBot(stage.portal, 'assistant');
}, 60_000);

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await stage.close();
});

/** Watches the resident memory of the process; the function tells by how much its peak has exceeded what it was in the beginning. */
async function watchMemory(): Promise<() => Promise<number>> {
  const read = async (figure: string): Promise<number> => {
    const status = await readFile(`/proc/${app.pid}/status`, 'utf8');
    return Number(new RegExp(`${figure}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
  };
  // 5 makes the kernel forget the peak so far.
  await writeFile(`/proc/${app.pid}/clear_refs`, '5');
  const before = await read('VmRSS');
  return async () => (await read('VmHWM')) - before;
}

function open(first: string | Buffer): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(stage.port, '127.0.0.1', () => {
      socket.write(first);
      resolve(socket);
    });
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('error', reject);
    socket.once('close', () => void sockets.delete(socket));
    socket.resume();
  });
}

const head = (bytes: number): string =>
  `POST /bitrix24/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${bytes}\r\n\r\n`;

/** An authentic event, padded to a size. */
function eventOf(bytes: number): string {
  lastMessageId += 1;
  const userId = stage.portal.adminId;
  const body = privateMessageBody(stage.portal, bot, { userId, messageId: String(lastMessageId), text: 'Привет' });
  return body.length >= bytes ? body : `data%5BPARAMS%5D%5BFILLING%5D=${'a'.repeat(bytes - body.length - 32)}&${body}`;
}

async function expectServed(): Promise<void> {
  expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
  expect((await postEvent(app.url, eventOf(0))).status).toBe(200);
}

const closeAll = (): void => {
  for (const socket of sockets) socket.destroy();
};

describe('the memory that strangers can use', () => {
  it('is bounded for 64 forged bodies of four megabytes at once', async () => {
    const growth = await watchMemory();
    const forged = Buffer.from(`event=ONIMBOTMESSAGEADD&filling=${'a'.repeat(4 * mega - 200)}&auth%5Bmember_id%5D=x`);
    const statuses = await Promise.all(
      Array.from({ length: 64 }, async () => (await postEvent(app.url, forged)).status),
    );
    // 503 is what those get that have waited in vain for memory.
    expect(statuses.filter((status) => status !== 403 && status !== 503)).toEqual([]);
    expect(await growth()).toBeLessThan(300 * mega);
    await expectServed();
  });

  it('is bounded for bodies that are begun and held, and portals are served meanwhile', async () => {
    const growth = await watchMemory();
    const mine = Array.from({ length: held }, () =>
      open(Buffer.concat([Buffer.from(head(4 * mega)), Buffer.alloc(3 * mega, 97)])),
    );
    await Promise.all(mine);
    await expectServed();
    // Of an address that is known by now, large ones are let in as well.
    expect((await postEvent(app.url, eventOf(3 * mega))).status).toBe(200);
    expect(await growth()).toBeLessThan(300 * mega);
    closeAll();
    await expectServed();
  });

  it('is bounded for a body sent in chunks of one byte', async () => {
    const growth = await watchMemory();
    const start = head(0).replace('Content-Length: 0', 'Transfer-Encoding: chunked');
    const chunks = Buffer.from('1\r\na\r\n'.repeat(400_000));
    await Promise.all(Array.from({ length: 4 }, () => open(Buffer.concat([Buffer.from(start), chunks]))));
    await expectServed();
    expect(await growth()).toBeLessThan(150 * mega);
    closeAll();
  });

  it('cuts off bodies that trickle', async () => {
    const socket = await open(`${head(5_000)}event=`);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += String(chunk);
    });
    const trickle = setInterval(() => socket.write('a'), 200);
    await until(() => answer.includes('\r\n\r\n') || socket.destroyed);
    clearInterval(trickle);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toMatch(/cache-control: no-store/i);
  });

  it('takes every one of many large events of a portal at once', async () => {
    const bodies = Array.from({ length: 12 }, () => eventOf(3 * mega));
    const statuses = await Promise.all(bodies.map(async (body) => (await postEvent(app.url, body)).status));
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});
