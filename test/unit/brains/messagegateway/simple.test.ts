/** The one-step connection of an account that is connected already. */
import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { awaitingIdOf, clientIdOf } from '../../../../src/brains/messagegateway/account/client-id.ts';
import { registerOneStep } from '../../../../src/brains/messagegateway/connect/simple.ts';
import type { ConnectorHost } from '../../../../src/core/brain.ts';
import { mgConfig, unitTools } from '../../../support/messagegateway-unit.ts';

const oneStepSecret = 'secret-of-the-card';
const crmUrl = 'https://demo.simla.com';
const id = awaitingIdOf(crmUrl);
const webhookSecret = 'hook-secret';

const answers: Readonly<Record<string, unknown>> = {
  'GET /api/api-versions': { success: true, versions: ['5.0'] },
  'GET /api/credentials': { success: true, scopes: ['integration_read', 'integration_write'] },
};
const http = {
  send: ({ method, url }: { readonly method: string; readonly url: URL }) => {
    const answer = answers[`${method} ${url.pathname}`] ?? { success: true, info: [] };
    return Promise.resolve({ status: 200, headers: {}, body: Buffer.from(JSON.stringify(answer)) });
  },
};

/** A host whose connection somebody else changes so many times while it is registered. */
function houseWith(changes: number) {
  const clientId = clientIdOf({ id, webhookSecret });
  let config: unknown = mgConfig({ timeZone: 'UTC' }, { clientId });
  let left = changes;
  const looked: string[] = [];
  const host = {
    settings: { oneStepSecret },
    tools: unitTools(http),
    find: () =>
      Promise.resolve({
        connection: { id, portal: 'p', config, webhookSecret },
        changedAt: new Date(),
        disabledReason: null,
      }),
    store(_held: unknown, given: unknown) {
      left -= 1;
      config = left < 0 ? given : mgConfig({ timeZone: `Etc/GMT-${changes - left}` }, { clientId });
      return Promise.resolve(left < 0);
    },
    hookUrl: () => 'https://bots.example/brains/messagegateway/hook-secret',
    seal: (text: string) => `sealed-${text}`,
    checkSoon: (connection: { readonly id: string }) => Promise.resolve(void looked.push(connection.id)),
  };
  return { host: host as unknown as ConnectorHost, config: () => config, looked };
}

const press = (host: ConnectorHost, apiKey: string) => {
  const token = createHmac('sha256', oneStepSecret).update(apiKey).digest('hex');
  const register = JSON.stringify({ token, apiKey, systemUrl: crmUrl });
  const body = Buffer.from(new URLSearchParams({ register }).toString());
  return registerOneStep({ headers: {}, query: {}, body }, host);
};

it('keeps the new key of a connected account, and what somebody else has stored meanwhile', async () => {
  const { host, config, looked } = houseWith(2);
  expect(await press(host, 'new-key')).toMatchObject({ status: 200, json: { success: true } });
  expect(config()).toMatchObject({ apiKey: 'new-key', timeZone: 'Etc/GMT-2' });
  expect(looked).toEqual([id]);
});

it('does not say that it has worked where the key could not be kept', async () => {
  const { host, looked } = houseWith(1_000);
  expect(await press(host, 'new-key')).toMatchObject({ status: 200, json: { success: false } });
  expect(looked).toEqual([]);
});
