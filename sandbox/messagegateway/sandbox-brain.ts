/** MessageGateway in the sandbox: a gateway and a CRM account with two managers; on its page a person acts as the manager. */
import type { RunningServer, SandboxBrain, StartOptions } from '../sandbox-brain.ts';
import { demoGuide } from './demo-guide.ts';
import { startSandboxMessageGateway } from './start-messagegateway.ts';

export const messageGatewayInSandbox: SandboxBrain = {
  summary: 'the line bot and the supervisor use the sandbox MessageGateway; you answer as the manager',
  firstSteps: [
    'Everything is running. Write as a customer on the first page and answer as a manager on the second.',
    'The line bot and the supervisor use MessageGateway; the assistant repeats each message.',
  ],
  guide: demoGuide,
  start,
};

async function start({ host, freePort, tls }: StartOptions): Promise<RunningServer> {
  // The vendor's JavaScript client always uses the port of https.
  const mgPort = await freePort(...(tls === null ? [] : [443]), 3020);
  const crmPort = await freePort(3021);
  const renamedCrmPort = await freePort(3022);
  const gateway = await startSandboxMessageGateway({ host, mgPort, crmPort, renamedCrmPort, tls });
  for (const name of ['Анна Смирнова', 'Пётр Иванов']) gateway.addManager({ name });
  const clientTokens = gateway.clientTokens();
  return {
    hosts: [mgPort, crmPort, renamedCrmPort].map((port) => `${host}:${port}`),
    config: { crmUrl: gateway.crmOrigin, apiKey: gateway.apiKey },
    places: [
      { key: 'manager', title: "MessageGateway, manager's page", value: `${gateway.mgOrigin}/`, isPage: true },
      { key: 'crm', title: 'Sandbox CRM', value: gateway.crmOrigin },
      { key: 'crmApiKey', title: '  API key', value: gateway.apiKey },
      { key: 'mg', title: 'Sandbox MessageGateway, Bot and Transport API', value: gateway.mgOrigin },
      { key: 'mgBotToken', title: '  Bot token of a module of its own', value: clientTokens.bot },
      { key: 'mgTransportToken', title: '  Transport token', value: clientTokens.transport },
    ],
    isConnected: () => gateway.sockets().open === 1,
    close: () => gateway.close(),
  };
}
