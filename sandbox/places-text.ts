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
}

/** The text, line break at its end included. */
export function placesText(places: Places): string {
  const rows: readonly [string, string][] = [
    ['Bitrix24 chat page (open this)', places.chat],
    ["MessageGateway, manager's page (and this)", places.manager],
    ['Bot Bridge', places.app],
    ['  ready?', places.health],
    ['  metrics', places.metrics],
    ['Sandbox portal, REST', places.portalRest],
    ['Sandbox portal, OAuth host', places.oauth],
    ['  incoming webhook', places.incomingWebhook],
    ['  client id', places.clientId],
    ['Sandbox CRM', places.crm],
    ['  API key', places.crmApiKey],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    '',
    'The bridge is open. Write as a customer on the first page and answer as a manager on the second.',
    'The line bot and the supervisor think with MessageGateway, the assistant repeats what it hears.',
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    '',
    'Ctrl-C stops everything.',
    '',
  ].join('\n');
}
