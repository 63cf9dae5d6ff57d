/**
 * `/messagegateway/account`: the page the CRM opens for a module of ours. The client id says which account it is; it proves nothing, since
 * other bots of the account can read it. What proves that the reader comes from the CRM is a sealed link, good for half an hour.
 */
import type { ConnectorHost, RouteAnswer } from '../../../core/brain.ts';
import type { WebhookRequest } from '../../../core/connector.ts';
import { sealAccount } from './account-draft.ts';
import { showSettingsOf } from './connect-page.ts';
import { accountNamed, isProvenBy, type NamedAccount } from './named-account.ts';
import { emptyForm, formPage } from './page-html.ts';
import { type Language, languageOfReader } from './page-texts.ts';

/** With a good link what is known is not asked again: of a connected account nothing, of one that awaits its portal only the code. */
export async function showAccount({ query, headers }: WebhookRequest, host: ConnectorHost): Promise<RouteAnswer> {
  const language = languageOfReader(query['lang'] ?? null, headers['accept-language']);
  const client = query['client'] ?? '';
  const account = await accountNamed(client, host);
  if (account === null) return { status: 200, html: formPage(language, emptyForm) };
  const { config, stored } = account;
  const isProven = isProvenBy(query['link'] ?? '', account, host);
  if (stored !== null && isProven) return await settingsOrChoice(account, language, host);
  const draft = stored === null && isProven ? sealAccount(config, host) : null;
  // Who opens a connected account has to show a code of its portal; the key is stored.
  const state = { ...emptyForm, account: config.crmUrl, draft, client: stored === null ? null : client };
  return { status: 200, html: formPage(language, state) };
}

async function settingsOrChoice(account: NamedAccount, language: Language, host: ConnectorHost): Promise<RouteAnswer> {
  const { connection, config } = account;
  const { portal } = connection;
  return {
    status: 200,
    html: await showSettingsOf({ portal, crmUrl: config.crmUrl, apiKey: config.apiKey }, connection.id, language, host),
  };
}
