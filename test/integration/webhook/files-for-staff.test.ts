/** Links to files that the server has sent to the staff of an Open Channel alone. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openLine, saidInLine } from '../../support/brain-stage.ts';
import { startWebhookStage, type WebhookStage } from '../../support/webhook-stage.ts';

let files: Server;
let stage: WebhookStage;

/** Answers every address with "content"; an address that ends with `stalls` never gives the rest. */
beforeAll(async () => {
  files = createServer(({ url = '' }, response) => {
    if (!url.endsWith('stalls')) response.end('content');
    else response.writeHead(200, { 'Content-Length': 100_000 }).write('begun');
  });
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(files.address() as AddressInfo).port}`;
  stage = await startWebhookStage({
    way: 'person',
    bridge: { extraHosts: [host], settings: { FILE_IDLE_SECONDS: '1' } },
  });
});
afterAll(async () => {
  await stage.close();
  files.closeAllConnections();
  files.close();
});

const urlOf = (path: string): string => `http://127.0.0.1:${(files.address() as AddressInfo).port}/${path}`;

/** A note that consists of nothing but a file. */
async function noteWith(path: string) {
  const { chatId } = await openLine(stage, 'Договор?');
  const event = stage.server.heard.at(-1)?.event;
  const ref = event?.type === 'message.created' ? event.data.conversation : '';
  const file = { url: urlOf(path), name: '[договор].pdf' };
  await stage.server.post(ref, [{ type: 'message', id: `note-${chatId}`, files: [file], internal: true }]);
  await stage.done();
  const said = () => saidInLine(stage, chatId, 'staff');
  const link = () => /http\S+$/m.exec(said()[0] ?? '')?.[0] ?? '';
  return { ref, chatId, said, link };
}

/** A single call would be given up after a minute. */
it('are broken off when the file stalls, by the limit of all files', { timeout: 30_000 }, async () => {
  const { link } = await noteWith('stalls');
  const response = await fetch(link());
  expect(response.status).toBe(200);
  const ended = await response.text().then(
    () => 'whole',
    () => 'broken off',
  );
  expect(ended).toBe('broken off');
});

it('are as long as the address of the file makes them', async () => {
  const { link } = await noteWith('a'.repeat(1_900));
  expect(await fetch(link()).then((response) => response.text())).toBe('content');
});

it.each(['Проверьте пункт [3]', '**Проверьте**'])('stay when the note gets a text: %s', async (text) => {
  const { ref, chatId, said, link } = await noteWith('file');
  const format = text.startsWith('*') ? { format: 'markdown' } : {};
  await stage.server.post(ref, [{ type: 'message.edit', id: `note-${chatId}`, text, ...format }]);
  await stage.done();
  expect(said()).toHaveLength(1);
  expect(said()[0]).toContain('Проверьте');
  expect(said()[0]).toContain('договор');
  expect(await fetch(link()).then((response) => response.text())).toBe('content');
  expect(saidInLine(stage, chatId, 'customer')).toEqual([]);
});
