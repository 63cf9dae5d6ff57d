/** What `npm run sandbox` prints once everything runs: what to do first, and the address of everything. */
import { sandboxBrains } from './brain-list.ts';
import type { Place } from './sandbox-brain.ts';

export interface Places {
  readonly chat: string;
  readonly app: string;
  readonly health: string;
  readonly metrics: string;
  readonly portalRest: string;
  readonly oauth: string;
  readonly incomingWebhook: string;
  readonly clientId: string;
  /** Path of the certificate to trust; with `--tls`. */
  readonly tlsCertificate?: string;
}

/** The addresses and keys of each brain's server, by the brain's name. */
export type PlacesOfBrains = Readonly<Record<string, readonly Place[]>>;

/**
 * The text, with a line break at its end.
 *
 * @param brain the brain that the bots use
 */
export function placesText(places: Places, ofBrains: PlacesOfBrains, brain: string): string {
  const pages = Object.entries(ofBrains).flatMap(([name, list]) =>
    list
      .filter(({ isPage }) => isPage === true)
      .map(({ title, value }): [string, string] => [`${title}${name === brain ? ' (and open this)' : ''}`, value]),
  );
  const rows: [string, string][] = [
    ['Bitrix24 chat page (open this)', places.chat],
    ...pages,
    ['Bot Bridge', places.app],
    ['  ready?', places.health],
    ['  metrics', places.metrics],
    ['Sandbox portal, REST', places.portalRest],
    ['Sandbox portal, OAuth host', places.oauth],
    ['  incoming webhook', places.incomingWebhook],
    ['  client id', places.clientId],
    ...Object.values(ofBrains).flatMap((list) =>
      list.filter(({ isPage }) => isPage !== true).map(({ title, value }): [string, string] => [title, value]),
    ),
  ];
  if (places.tlsCertificate !== undefined) rows.push(['Certificate to trust', places.tlsCertificate]);
  const width = Math.max(...rows.map(([name]) => name.length));
  const others = Object.entries(sandboxBrains).filter(([name]) => name !== brain);
  return [
    '',
    ...(sandboxBrains[brain]?.firstSteps ?? []),
    ...others.map(([name, { summary }]) => `\`npm run sandbox -- --brain ${name}\`: ${summary}.`),
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    '',
    'Ctrl-C stops everything.',
    '',
  ].join('\n');
}
