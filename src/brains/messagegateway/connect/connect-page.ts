/**
 * `/messagegateway/connect`: a person connects an account of a CRM to a bot of a Bitrix24 portal. Two proofs are needed: the API key of the
 * account, and a one-time code that the app shows to administrators in the portal. The page carries what was proven, sealed. It uses no
 * cookies, so another site cannot act for anybody.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectorHost, OfferedBot, RouteAnswer, StoredConnection } from '../../../core/brain.ts';
import type { WebhookRequest } from '../../../core/connector.ts';
import { AppError, BadInput } from '../../../core/errors.ts';
import { awaitingIdOf } from '../account/client-id.ts';
import { leaveAwaiting } from '../account/leave.ts';
import { readCrmUrl } from '../api/crm-url.ts';
import { apiKeySchema, configSchema } from '../config.ts';
import { type Account, type Choice, checkAccount, openAccount, openChoice, sealChoice } from './account-draft.ts';
import { fieldsFor, shownSettings, type TypedSettings, typedSettings, withSettings } from './bot-settings.ts';
import { type Language, languageOfReader, pageMessages, problemText } from './messages/page-messages.ts';
import { accountNamed } from './named-account.ts';
import { choicePage, donePage, emptyForm, type FormState, formPage } from './page-html.ts';
import { settingsSchema } from './settings.ts';
import { settingsPage } from './settings-html.ts';

/** Makes guessing codes slow. */
const guessMs = 200;

/** The form; `account` (and the sealed `draft` of a one-step connection) come from the CRM. */
export function showForm({ query, headers }: WebhookRequest, host: ConnectorHost): Promise<RouteAnswer> {
  const language = languageOfReader(query['lang'] ?? null, headers['accept-language']);
  const draft = query['draft'] ?? '';
  const known = draft === '' ? null : openAccount(draft, host);
  const isOld = draft !== '' && known === null;
  const state: FormState = {
    ...emptyForm,
    account: known?.crmUrl ?? (query['account'] ?? '').slice(0, 300),
    draft: known === null ? null : draft,
    problem: isOld ? (pageMessages(language).problems['old_draft'] ?? null) : null,
  };
  return Promise.resolve({ status: 200, html: formPage(language, state) });
}

/** Throws BadInput `messagegateway.foreign_form` for a form that another site has sent. */
export async function takeForm(request: WebhookRequest, host: ConnectorHost): Promise<RouteAnswer> {
  checkOrigin(request, host.tools.publicUrl);
  const language = languageOfReader(request.query['lang'] ?? null, request.headers['accept-language']);
  const form = new URLSearchParams(request.body.toString('utf8'));
  if (form.get('step') === 'check') return await check(form, language, host);
  const choice = openChoice(form.get('choice') ?? '', host);
  if (choice === null) {
    const problem = pageMessages(language).problems['old_page'] ?? null;
    return { status: 422, html: formPage(language, { ...emptyForm, problem }) };
  }
  if (form.get('step') === 'choose') return { status: 200, html: await showChoice(choice, language, host, null) };
  const bot = await chosenBot(choice, form.get('bot') ?? '', language, host);
  if (bot === null) {
    const html = await showChoice(choice, language, host, pageMessages(language).problems['no_bot'] ?? null);
    return { status: 422, html };
  }
  const typed = typedSettings(form);
  if (form.get('step') !== 'settings') return await connect({ choice, bot, language }, typed, host);
  return { status: 200, html: showSettings({ choice, bot, language }, typed, host) };
}

/** Nobody is signed in here, but a form from another site is a mistake or an attack. */
function checkOrigin({ headers }: WebhookRequest, publicUrl: string): void {
  const { origin } = headers;
  if (headers['sec-fetch-site'] !== 'cross-site' && (origin === undefined || origin === publicUrl)) return;
  throw new BadInput({ code: 'messagegateway.foreign_form', status: 403, message: 'the form came from another site' });
}

/** First step: which portal is it, and does the account exist. The address is called only after a valid code. */
async function check(form: URLSearchParams, language: Language, host: ConnectorHost): Promise<RouteAnswer> {
  const texts = pageMessages(language);
  const client = form.get('client');
  if (client !== null) return await checkConnected(client, form, language, host);
  const draft = form.get('draft');
  const shown = { account: (form.get('account') ?? '').trim(), code: form.get('code') ?? '' };
  let state: FormState = { ...emptyForm, ...shown, draft };
  const again = (problem: string | undefined): RouteAnswer => ({
    status: 422,
    html: formPage(language, { ...state, problem: problem ?? null }),
  });
  const account = draft === null ? typedAccount(form) : (openAccount(draft, host) ?? 'old_draft');
  if (account === 'old_draft') state = { ...state, draft: null };
  if (typeof account === 'string') return again(texts.problems[account]);
  state = { ...state, account: account.crmUrl };
  const portal = await provenPortal(form, host);
  const offer = portal === null ? null : await host.offer(portal);
  if (portal === null || offer === null) return again(texts.problems['wrong_code']);
  state = { ...state, code: '', proof: { sealed: host.seal(portal, 'portal'), domain: offer.domain } };
  try {
    await checkAccount(account, host.tools);
  } catch (thrown) {
    return again(problemText(texts, expected(thrown)));
  }
  return { status: 200, html: await showChoice({ ...account, portal }, language, host, null) };
}

/** The account's page. The key is stored, so only a code of the account's portal is needed. */
async function checkConnected(
  client: string,
  form: URLSearchParams,
  language: Language,
  host: ConnectorHost,
): Promise<RouteAnswer> {
  const account = await accountNamed(client, host);
  const portal = account === null ? null : await provenPortal(form, host);
  if (account === null || account.stored === null || portal === null || portal !== account.connection.portal) {
    const problem = pageMessages(language).problems['wrong_code'] ?? null;
    const state = { ...emptyForm, account: account?.config.crmUrl ?? '', client, problem };
    return { status: 422, html: formPage(language, state) };
  }
  const { crmUrl, apiKey } = account.config;
  const choice = { portal, crmUrl, apiKey };
  const settings = await settingsOfConnection(choice, account.connection.id, language, host);
  return { status: 200, html: settings ?? (await showChoice(choice, language, host, null)) };
}

/** The settings of the bot that uses the connection; null while none does. */
export async function settingsOfConnection(
  choice: Choice,
  connectionId: string,
  language: Language,
  host: ConnectorHost,
): Promise<string | null> {
  const offer = await host.offer(choice.portal);
  const code = offer?.bots.find((bot) => bot.connectionId === connectionId)?.code ?? '';
  const bot = await chosenBot(choice, code, language, host);
  return bot === null ? null : showSettings({ choice, bot, language }, {}, host);
}

type FormProblem = 'bad_url' | 'no_key' | 'crm_wrong_key' | 'old_draft';

function typedAccount(form: URLSearchParams): Account | FormProblem {
  const address = readCrmUrl(form.get('account') ?? '');
  if ('problem' in address) return 'bad_url';
  const typed = (form.get('key') ?? '').trim();
  if (typed === '') return 'no_key';
  const apiKey = apiKeySchema.safeParse(typed);
  return apiKey.success ? { crmUrl: address.origin, apiKey: apiKey.data } : 'crm_wrong_key';
}

/** From the code, which is used up by this, or from the sealed portal of a code that was used a moment ago. */
async function provenPortal(form: URLSearchParams, host: ConnectorHost): Promise<string | null> {
  const proof = form.get('proof');
  const portal = proof === null ? await host.redeemCode(form.get('code') ?? '') : host.open(proof, 'portal');
  if (portal === null) await sleep(guessMs);
  return portal;
}

async function showChoice(
  choice: Choice,
  language: Language,
  host: ConnectorHost,
  problem: string | null,
): Promise<string> {
  const [offer, accounts] = await Promise.all([host.offer(choice.portal), host.list(choice.portal)]);
  const bots = (offer?.bots ?? []).filter(isOpenTo(choice)).map((bot) => {
    const account = accountOf(accounts, bot.connectionId);
    return { ...bot, isHere: account === choice.crmUrl, thinksWith: account ?? bot.brain };
  });
  const { crmUrl: account } = choice;
  const sealed = sealChoice(choice, host);
  return choicePage(language, { sealed, account, domain: offer?.domain ?? '', bots, problem });
}

/** Whether the reader may see and change the bot. */
function isOpenTo({ onlyConnection }: Choice): (bot: OfferedBot) => boolean {
  return ({ connectionId }) => onlyConnection === undefined || connectionId === onlyConnection;
}

/** The chosen bot, and its config as far as it is known. */
interface Asked {
  readonly choice: Choice;
  readonly bot: OfferedBot & { readonly isHere: boolean; readonly config: object };
  readonly language: Language;
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
  const before = isHere ? known?.connection.config : newConfig(bot.name, language, host);
  return { ...bot, isHere, config: { ...toRecord(before), crmUrl, apiKey } };
}

/** Second step: the bot's settings. Fields that were not typed show the present values. */
function showSettings(
  { choice, bot, language }: Asked,
  typed: TypedSettings,
  host: ConnectorHost,
  trouble: { readonly wrong?: readonly string[]; readonly problem?: string } = {},
): string {
  return settingsPage(language, {
    sealed: sealChoice(choice, host),
    account: choice.crmUrl,
    bot,
    isConnected: bot.isHere,
    fields: fieldsFor(bot.type),
    typed: { ...shownSettings(configSchema.parse(bot.config)), ...typed },
    wrong: trouble.wrong ?? [],
    problem: trouble.problem ?? null,
  });
}

/** Third step: the account is joined for the chosen bot. */
async function connect(asked: Asked, typed: TypedSettings, host: ConnectorHost): Promise<RouteAnswer> {
  const { choice, bot, language } = asked;
  const texts = pageMessages(language);
  const set = withSettings(bot.config, typed);
  if ('wrong' in set) {
    const trouble = { wrong: set.wrong, problem: texts.settings.problem };
    return { status: 422, html: showSettings(asked, typed, host, trouble) };
  }
  const { crmUrl, portal } = choice;
  const connectionId = bot.isHere ? bot.connectionId : null;
  const awaitingId = awaitingIdOf(crmUrl);
  const title = new URL(crmUrl).host;
  try {
    await host.connect({ portal, botCode: bot.code, connectionId, title, config: set.config, awaitingId });
    if (bot.isHere) await leaveAwaiting(awaitingId, host);
  } catch (thrown) {
    const problem = problemText(texts, expected(thrown));
    return { status: 422, html: showSettings(asked, typed, host, { problem }) };
  }
  return { status: 200, html: donePage(language, bot.name, crmUrl, sealChoice(choice, host)) };
}

/** Names of modules have at most 32 characters. */
function newConfig(botName: string, language: Language, host: ConnectorHost): object {
  const { integrationCode } = settingsSchema.parse(host.settings ?? {});
  const name = [...botName.trim()].slice(0, 32).join('').trim();
  return {
    ...(name === '' ? {} : { name }),
    language,
    ...(integrationCode === undefined ? {} : { integrationCode }),
  };
}

/** The CRM a bot is connected to; null for a bot without an account of ours. */
function accountOf(accounts: readonly StoredConnection[], connectionId: string | null): string | null {
  const stored = accounts.find(({ connection }) => connection.id === connectionId);
  const parsed = stored === undefined ? undefined : configSchema.safeParse(stored.connection.config);
  return parsed?.success === true ? parsed.data.crmUrl : null;
}

function toRecord(config: unknown): object {
  return typeof config === 'object' && config !== null ? config : {};
}

/** Returns an AppError, and throws anything else again. */
function expected(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  throw thrown;
}
