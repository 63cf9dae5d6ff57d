/** `npm run sandbox -- --json --tls`: everything an official client needs is in the one line, and works. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { compileCache } from '../../support/compile-cache.ts';

interface Places {
  readonly mg: string;
  readonly crm: string;
  readonly crmApiKey: string;
  readonly mgBotToken: string;
  readonly mgTransportToken: string;
  readonly tlsCertificate: string;
}

const script = fileURLToPath(new URL('../../../sandbox/start.ts', import.meta.url));
const startMs = 60_000;

async function get(url: string, headers: Record<string, string>, ca: string): Promise<unknown> {
  const text = await new Promise<string>((resolve, reject) => {
    const call = request(url, { headers, ca }, (answer) => {
      let said = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        said += part;
      });
      answer.on('end', () => resolve(said));
    });
    call.on('error', reject);
    call.end();
  });
  return JSON.parse(text);
}

it('prints addresses, key and tokens that are good at once, over https', { timeout: startMs }, async () => {
  const child = spawn(process.execPath, [script, '--json', '--any-ports', '--tls'], {
    env: { ...process.env, ...compileCache },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    const places = await new Promise<Places>((resolve, reject) => {
      let said = '';
      child.once('exit', (code) => reject(new Error(`the sandbox ended (${code}): ${said}`)));
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.endsWith('\n')) resolve(JSON.parse(said));
      });
    });
    const ca = readFileSync(places.tlsCertificate, 'utf8');
    const users = await get(`${places.mg}/api/bot/v1/users`, { 'x-bot-token': places.mgBotToken }, ca);
    expect(users).toEqual(expect.arrayContaining([expect.objectContaining({ is_active: true, is_online: true })]));
    const channels = `${places.mg}/api/transport/v1/channels`;
    expect(await get(channels, { 'x-transport-token': places.mgTransportToken }, ca)).toEqual([]);
    const versions = await get(`${places.crm}/api/api-versions`, { 'x-api-key': places.crmApiKey }, ca);
    expect(versions).toMatchObject({ success: true });
    expect(new URL(places.mg).protocol).toBe('https:');
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
});
