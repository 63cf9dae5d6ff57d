/** The example servers of the documentation, started as they are and used through the real app. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { newKey } from '../../../sandbox/webhook/signing.ts';
import { until } from '../../support/bridge.ts';
import { freePort } from '../../support/free-port.ts';
import { startWebhookStage, type WebhookStage } from '../../support/webhook-stage.ts';

const folder = fileURLToPath(new URL('../../../docs/brains/webhook/', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;
let child: ChildProcess | null = null;
let stage: WebhookStage | null = null;

afterEach(async () => {
  await stage?.close();
  child?.kill();
  child = null;
  stage = null;
});

/** Starts the example and connects the bots to it. */
async function started(command: string, file: string, environment: Readonly<Record<string, string>> = {}) {
  const port = await freePort();
  const key = newKey();
  const env = { ...process.env, KEY: key, PORT: String(port), ...environment };
  child = spawn(command, [`${folder}${file}`], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  await until(() => isListening(port));
  const extraHosts = [`127.0.0.1:${port}`];
  stage = await startWebhookStage({
    config: { url: `http://127.0.0.1:${port}/`, key, timeoutSeconds: 10 },
    bridge: { extraHosts },
  });
  return { url: `http://127.0.0.1:${port}/`, person: stage.person(), portal: stage.bridge.portal };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() !== undefined));
    socket.once('error', () => resolve(false));
  });
}

describe.each([
  ['node', process.execPath, 'echo-server.mjs'],
  ['python', 'python3', 'echo_server.py'],
])('the example in %s', (language, command, file) => {
  it.skipIf(language === 'python' && !hasPython)('answers messages, and refuses what is not signed', async () => {
    const { url, person } = await started(command, file);
    person.write('привет, сервер');
    await until(() => person.answers().length > 0);
    expect(person.answers()).toEqual(['You said: привет, сервер']);
    const headers = { 'webhook-id': 'x', 'webhook-timestamp': String(Math.floor(Date.now() / 1000)) };
    const forged = await fetch(url, {
      method: 'POST',
      body: '{}',
      headers: { ...headers, 'webhook-signature': 'v1,AAAA' },
    });
    expect(forged.status).toBe(401);
  });
});

describe('the example that streams', () => {
  it('shows that it is typing, then a message that grows, and nothing else', async () => {
    const { person, portal } = await started(process.execPath, 'streaming-server.mjs', { WORD_MS: '300' });
    person.write('расскажи что-нибудь долгое');
    const seen = new Set<string>();
    await until(() => {
      for (const text of person.answers()) seen.add(text);
      return person.answers().includes('You said: расскажи что-нибудь долгое');
    });
    const called = portal.calls().map(({ method }) => method.toLowerCase());
    const typing = called.indexOf('imbot.chat.sendtyping');
    expect(typing).toBeGreaterThan(-1);
    expect(called.indexOf('imbot.message.update')).toBeGreaterThan(typing);
    // It was seen growing, in one message.
    expect(seen.size).toBeGreaterThan(1);
    expect(person.answers()).toHaveLength(1);
  });
});
