/**
 * `/messagegateway/connect`: a person connects an account of a CRM to a bot of a Bitrix24 portal, coming from the CRM. Two proofs are needed:
 * the API key of the account, and a one-time code that the app shows to administrators in the portal. The page carries what was proven,
 * sealed. It uses no cookies, so another site cannot act for anybody.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectorHost, RouteAnswer } from '../../../core/brain.ts';
import type { ConnectStep, ConnectView } from '../../../core/connect-view.ts';
import type { WebhookRequest } from '../../../core/connector.ts';
import { AppError } from '../../../core/errors.ts';
import { formProblems, withTyped } from '../../../core/form-values.ts';
import { type Language, languageOfReader } from '../../../core/language.ts';
import { formError } from '../../../lib/zod-locales.ts';
import { newConfig } from '../account/new-account.ts';
import { readCrmUrl } from '../api/crm-url.ts';
import { apiKeySchema, configSchema } from '../config.ts';
import { type Account, type Choice, checkAccount, openAccount, openChoice } from './account-draft.ts';
import { settingFields } from './bot-settings.ts';
import { accountNamed } from './named-account.ts';
import { readStep } from './page-step.ts';
import {
  type Asked,
  accountOf,
  accountView,
  answerWith,
  choiceView,
  connectedView,
  isOpenTo,
  type Known,
  pageWith,
  problemOf,
  settingsView,
} from './views.ts';

/** Makes guessing codes slow. */
const guessMs = 200;

/** The first view; `account` (and the sealed `draft` of a one-step connection) come from the CRM. */
export function showForm({ query, headers }: WebhookRequest, host: ConnectorHost): Promise<RouteAnswer> {
  const language = languageOfReader(query['lang'], headers['accept-language']);
  const draft = query['draft'] ?? '';
  const known = draft === '' ? null : openAccount(draft, host);
  const view =
    known === null
      ? accountView({ typed: query['account'] ?? '', ...(draft !== '' && { problem: problemOf('old_draft') }) })
      : accountView({ account: known.crmUrl, carried: { draft } });
  return Promise.resolve(pageWith(view, language));
}

/** Answers a step of the page with the next view. Throws what `readStep` throws. */
export async function takeStep(request: WebhookRequest, host: ConnectorHost): Promise<RouteAnswer> {
  const step = readStep(request, host.tools.publicUrl);
  const language = languageOfReader(request.query['lang'], request.headers['accept-language']);
  const view = step.step === 'check' ? await check(step, language, host) : await goOn(step, language, host);
  return answerWith(view, language);
}

/** The steps after the first one. */
async function goOn(
  step: Exclude<ConnectStep, { step: 'check' }>,
  language: Language,
  host: ConnectorHost,
): Promise<ConnectView> {
  const choice = openChoice(step.carried['choice'] ?? '', host);
  if (choice === null) return accountView({ problem: problemOf('old_page') });
  if (step.step === 'choose') return await choiceView(choice, host, null);
  const bot = await chosenBot(choice, step.bot, language, host);
  if (bot === null) return await choiceView(choice, host, problemOf('no_bot'));
  const asked = { choice, bot, language };
  return step.step === 'settings' ? settingsView(asked, host) : await connect(asked, step.values, host);
}

type CheckStep = Extract<ConnectStep, { step: 'check' }>;

/** First step: which portal is it, and does the account exist. The address is called only after a valid code. */
async function check(step: CheckStep, language: Language, host: ConnectorHost): Promise<ConnectView> {
  const { client, draft } = step.carried;
  if (client !== undefined) return await checkConnected(client, step, language, host);
  const account = draft === undefined ? typedAccount(step) : (openAccount(draft, host) ?? 'old_draft');
  let known: Known = { typed: step.values['crmUrl'] ?? '' };
  if (typeof account === 'string') return accountView({ ...known, problem: problemOf(account) });
  if (draft !== undefined) known = { account: account.crmUrl, carried: { draft } };
  const portal = await provenPortal(step, host);
  const offer = portal === null ? null : await host.offer(portal);
  if (portal === null || offer === null) return accountView({ ...known, problem: problemOf('wrong_code') });
  try {
    await checkAccount(account, host.tools);
  } catch (thrown) {
    const carried = { ...known.carried, proof: host.seal(portal, 'portal') };
    return accountView({ ...known, portal: offer.domain, carried, problem: expected(thrown) });
  }
  return await choiceView({ ...account, portal }, host, null);
}

/** First step on a connected account's page. The key is stored, so only a code of the account's portal is needed. */
async function checkConnected(
  client: string,
  step: CheckStep,
  language: Language,
  host: ConnectorHost,
): Promise<ConnectView> {
  const account = await accountNamed(client, host);
  const portal = account === null ? null : await provenPortal(step, host);
  if (account === null || account.stored === null || portal === null || portal !== account.connection.portal) {
    const known = account === null ? {} : { account: account.config.crmUrl, carried: { client } };
    return accountView({ ...known, problem: problemOf('wrong_code') });
  }
  const { crmUrl, apiKey } = account.config;
  const choice = { portal, crmUrl, apiKey };
  return (await settingsOfConnection(choice, account.connection.id, language, host)) ?? choiceView(choice, host, null);
}

/** The settings of the bot that uses the connection; null while none does. */
export async function settingsOfConnection(
  choice: Choice,
  connectionId: string,
  language: Language,
  host: ConnectorHost,
): Promise<ConnectView | null> {
  const offer = await host.offer(choice.portal);
  const code = offer?.bots.find((bot) => bot.connectionId === connectionId)?.code ?? '';
  const bot = await chosenBot(choice, code, language, host);
  return bot === null ? null : settingsView({ choice, bot, language }, host);
}

function typedAccount({ values }: CheckStep): Account | 'bad_url' | 'no_key' | 'crm_wrong_key' {
  const address = readCrmUrl(values['crmUrl'] ?? '');
  if ('problem' in address) return 'bad_url';
  const typed = (values['apiKey'] ?? '').trim();
  if (typed === '') return 'no_key';
  const apiKey = apiKeySchema.safeParse(typed);
  return apiKey.success ? { crmUrl: address.origin, apiKey: apiKey.data } : 'crm_wrong_key';
}

/** The portal proven by the code, which this uses up, or by the sealed proof of a code used a moment ago. */
async function provenPortal({ carried, code }: CheckStep, host: ConnectorHost): Promise<string | null> {
  const { proof } = carried;
  const portal = proof === undefined ? await host.redeemCode(code) : host.open(proof, 'portal');
  if (portal === null) await sleep(guessMs);
  return portal;
}

/** Null: the reader may not choose this bot, or it does not exist. If the bot uses this account already, its connection and settings stay. */
async function chosenBot(
  choice: Choice,
  botCode: string,
  language: Language,
  host: ConnectorHost,
): Promise<Asked['bot'] | null> {
  const { portal, crmUrl, apiKey } = choice;
  const [offer, accounts] = await Promise.all([host.offer(portal), host.list(portal)]);
  const bot = offer?.bots.filter(isOpenTo(choice)).find(({ code }) => code === botCode);
  if (bot === undefined) return null;
  const known = accounts.find(({ connection }) => connection.id === bot.connectionId);
  const isHere = accountOf(accounts, bot.connectionId) === crmUrl;
  // The connection has got another address since; the choice was for the former one.
  if (!isHere && choice.onlyConnection !== undefined) return null;
  const before = isHere
    ? known?.connection.config
    : { ...newConfig({ language, settings: host.settings }), ...named(bot.name) };
  return { ...bot, isHere, config: { ...toRecord(before), crmUrl, apiKey } };
}

/** Last step: joins the account for the chosen bot. */
async function connect(
  asked: Asked,
  values: Readonly<Record<string, string>>,
  host: ConnectorHost,
): Promise<ConnectView> {
  const { choice, bot, language } = asked;
  const fields = settingFields(bot.type);
  const typed = withTyped(fields, bot.config, values);
  const config = configSchema.safeParse(typed, { error: formError(language) });
  const again = { ...asked, bot: { ...bot, config: typed } };
  if (!config.success) return settingsView(again, host, { problems: formProblems(fields, config.error, language) });
  const connectionId = bot.isHere ? bot.connectionId : null;
  try {
    await host.connect({ portal: choice.portal, botCode: bot.code, connectionId, title: '', config: config.data });
  } catch (thrown) {
    return settingsView(again, host, { problem: expected(thrown) });
  }
  return connectedView(asked, host);
}

/** Modules are named after their bot. Their names have at most 32 characters. */
function named(botName: string): { readonly name?: string } {
  const name = [...botName.trim()].slice(0, 32).join('').trim();
  return name === '' ? {} : { name };
}

function toRecord(config: unknown): object {
  return typeof config === 'object' && config !== null ? config : {};
}

/** Returns what the page shows of an AppError, and throws anything else again. */
function expected(thrown: unknown): NonNullable<ConnectView['problem']> {
  if (!(thrown instanceof AppError)) throw thrown;
  const { code, message } = thrown;
  return { code, message };
}
