/**
 * `/messagegateway/account`: the page that the CRM opens for a module of ours. The client id names the account and proves nothing, because
 * other bots of the account can read it. A sealed link, valid for half an hour, proves that the reader comes from the CRM. It gives no access
 * to the portal: it opens the settings of the connected bot, and of no other bot.
 */
import type { ConnectorHost, RouteAnswer } from '../../../core/brain.ts';
import type { ConnectView } from '../../../core/connect-view.ts';
import type { WebhookRequest } from '../../../core/connector.ts';
import { type Language, languageOfReader } from '../../../core/language.ts';
import { sealAccount } from './account-draft.ts';
import { settingsOfConnection } from './connect-page.ts';
import { accountNamed, isProvenBy, type NamedAccount } from './named-account.ts';
import { accountView, pageWith } from './views.ts';

/** With a valid link, the page asks nothing more for a connected account, and only the code for one that awaits its portal. */
export async function showAccount({ query, headers }: WebhookRequest, host: ConnectorHost): Promise<RouteAnswer> {
  const language = languageOfReader(query['lang'], headers['accept-language']);
  const client = query['client'] ?? '';
  const account = await accountNamed(client, host);
  if (account === null) return pageWith(accountView({}), language);
  const { config, stored } = account;
  const isProven = isProvenBy(query['link'] ?? '', account, host);
  if (stored === null) {
    const draft = isProven ? { account: config.crmUrl, carried: { draft: sealAccount(config, host) } } : null;
    return pageWith(accountView(draft ?? { typed: config.crmUrl }), language);
  }
  const settings = isProven ? await settingsOf(account, language, host) : null;
  // Without a valid link a connected account needs a code of its portal. The key is stored already.
  return pageWith(settings ?? accountView({ account: config.crmUrl, carried: { client } }), language);
}

/** Null while no bot uses the connection: only an administrator of the portal may choose one. */
async function settingsOf(account: NamedAccount, language: Language, host: ConnectorHost): Promise<ConnectView | null> {
  const { connection, config } = account;
  const { crmUrl, apiKey } = config;
  const choice = { portal: connection.portal, crmUrl, apiKey, onlyConnection: connection.id };
  return await settingsOfConnection(choice, connection.id, language, host);
}
