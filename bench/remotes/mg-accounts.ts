/**
 * The fake server for the sockets: MessageGateway with many joined bots, each with its own token and the documented limit of 30 requests a
 * second. It counts the connections and how fast every token was used.
 */
import { z } from 'zod';
import { startSandboxMessageGateway } from '../../sandbox/messagegateway/start-messagegateway.ts';
import { serveParent } from '../support/serve-parent.ts';

const gateway = await startSandboxMessageGateway({ crmRate: false, recordLimit: 100_000 });

const answerSchema = z.object({
  info: z.object({
    mgBot: z.object({ endpointUrl: z.string(), token: z.string() }),
    mgTransport: z.object({ endpointUrl: z.string(), token: z.string() }),
  }),
});

/** Registers a module with an administrator's key, and returns its tokens. */
async function register(index: number) {
  const moduleCode = `bench-${index}`;
  const integrationModule = JSON.stringify({
    code: moduleCode,
    integrationCode: moduleCode,
    name: moduleCode,
    active: true,
    clientId: moduleCode,
    baseUrl: 'http://127.0.0.1:1',
    accountUrl: 'http://127.0.0.1:1/account',
    integrations: { mgBot: {}, mgTransport: { webhookUrl: 'http://127.0.0.1:1/hook' } },
  });
  const response = await fetch(`${gateway.crmOrigin}/api/v5/integration-modules/${moduleCode}/edit`, {
    method: 'POST',
    headers: { 'x-api-key': gateway.apiKey },
    body: new URLSearchParams({ integrationModule }),
  });
  const { info } = answerSchema.parse(await response.json());
  return { moduleCode, bot: info.mgBot, transport: info.mgTransport };
}

/** The highest number of requests of any token within one second since the given time. */
function highestRate(since: number): number {
  const times = new Map<string, number[]>();
  for (const { api, moduleCode, at } of gateway.calls()) {
    if (api === 'crm' || at < since) continue;
    // A handshake is a request with the Bot token.
    const key = `${api === 'transport' ? 'transport' : 'bot'} ${moduleCode}`;
    times.set(key, [...(times.get(key) ?? []), at]);
  }
  let highest = 0;
  for (const own of times.values()) {
    for (const [index, at] of own.entries()) {
      highest = Math.max(highest, own.slice(index).filter((other) => other < at + 1_000).length);
    }
  }
  return highest;
}

serveParent(Number(new URL(gateway.mgOrigin).port), {
  join: async (input) => {
    const count = z.number().parse(input);
    const joined = [];
    for (let index = 0; index < count; index += 1) joined.push(await register(index));
    return { crmOrigin: gateway.crmOrigin, apiKey: gateway.apiKey, joined };
  },
  open: () => Promise.resolve(gateway.sockets().open),
  cut: () => {
    gateway.cutSockets();
    return Promise.resolve(Date.now());
  },
  requests: (input) => {
    const since = z.number().parse(input);
    const calls = gateway.calls().filter(({ at, api }) => at >= since && api !== 'crm');
    const refused = calls.filter(({ status }) => status === 429).length;
    return Promise.resolve({ count: calls.length, refused, highest: highestRate(since) });
  },
});
