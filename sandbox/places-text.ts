/** What `npm run sandbox` tells a person once everything runs: what to do first, and where everything is. */

export interface Places {
  readonly chat: string;
  readonly manager: string;
  readonly app: string;
  readonly health: string;
  readonly metrics: string;
  readonly portalRest: string;
  readonly oauth: string;
  readonly incomingWebhook: string;
  readonly clientId: string;
  readonly crm: string;
  readonly crmApiKey: string;
  readonly mg: string;
  readonly mgBotToken: string;
  readonly mgTransportToken: string;
  /** Path of the certificate to trust; with `--tls`. */
  readonly tlsCertificate?: string;
}

/** What the line bot and the supervisor think with. */
export type SandboxBrain = 'echo' | 'messagegateway';

const firstSteps: Readonly<Record<SandboxBrain, readonly string[]>> = {
  echo: [
    'The bridge is open. Write on the first page: as a customer, as an employee, or to the supervisor in the group.',
    'The bots repeat what they hear. `npm run sandbox -- --brain messagegateway` makes you their manager instead.',
  ],
  messagegateway: [
    'The bridge is open. Write as a customer on the first page and answer as a manager on the second.',
    'The line bot and the supervisor think with MessageGateway, the assistant repeats what it hears.',
  ],
};

/** The text, line break at its end included. */
export function placesText(places: Places, brain: SandboxBrain): string {
  const rows: [string, string][] = [
    ['Bitrix24 chat page (open this)', places.chat],
    [`MessageGateway, manager's page${brain === 'echo' ? '' : ' (and this)'}`, places.manager],
    ['Bot Bridge', places.app],
    ['  ready?', places.health],
    ['  metrics', places.metrics],
    ['Sandbox portal, REST', places.portalRest],
    ['Sandbox portal, OAuth host', places.oauth],
    ['  incoming webhook', places.incomingWebhook],
    ['  client id', places.clientId],
    ['Sandbox CRM', places.crm],
    ['  API key', places.crmApiKey],
    ['Sandbox MessageGateway, Bot and Transport API', places.mg],
    ['  Bot token of a module of its own', places.mgBotToken],
    ['  Transport token', places.mgTransportToken],
  ];
  if (places.tlsCertificate !== undefined) rows.push(['  certificate to trust', places.tlsCertificate]);
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    '',
    ...firstSteps[brain],
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    '',
    'Ctrl-C stops everything.',
    '',
  ].join('\n');
}
