/** The views of the connection page. Takes no decisions. */
import type { ConnectorHost, OfferedBot, RouteAnswer, StoredConnection } from '../../../core/brain.ts';
import type { AccountView, ChoiceView, ConnectedView, ConnectView, SettingsView } from '../../../core/connect-view.ts';
import { type FieldProblem, type ShownField, shownFields } from '../../../core/form-values.ts';
import type { Language } from '../../../core/language.ts';
import { textIn } from '../../../core/texts.ts';
import { configSchema } from '../config.ts';
import { problemTexts } from '../problem-texts.ts';
import { type Choice, sealChoice } from './account-draft.ts';
import { accountFields, settingFields } from './bot-settings.ts';

type Problem = ConnectView['problem'];

/** What the first view knows already. Keys are never shown again. */
export interface Known {
  /** The address as typed, or as named by a link; it proves nothing. */
  readonly typed?: string;
  /** The account of a one-step connection, or one that is connected: its key is known. */
  readonly account?: string;
  /** The name of the portal whose code has been used already. */
  readonly portal?: string;
  /** What proves the account and the portal. */
  readonly carried?: Readonly<Record<string, string>>;
  readonly problem?: Problem;
}

/** A typed address is cut to this length. */
const maxAddressLength = 300;

export function accountView({ typed = '', account, portal, carried = {}, problem = null }: Known): AccountView {
  const fields = account === undefined ? accountFields : [];
  const address = typed.trim().slice(0, maxAddressLength);
  const start: ShownField[] = address === '' || account !== undefined ? [] : [{ key: 'crmUrl', value: address }];
  return { name: 'account', account: account ?? null, fields, start, portal: portal ?? null, carried, problem };
}

/** A problem without its text, which `inWords` adds to the answer. */
export function problemOf(name: string): NonNullable<Problem> {
  return { code: `messagegateway.${name}`, message: '' };
}

/** The bots that the reader may choose. */
export async function choiceView(choice: Choice, host: ConnectorHost, problem: Problem): Promise<ChoiceView> {
  const [offer, accounts] = await Promise.all([host.offer(choice.portal), host.list(choice.portal)]);
  const bots = (offer?.bots ?? []).filter(isOpenTo(choice)).map(({ code, name, type, brain, connectionId }) => {
    const account = accountOf(accounts, connectionId);
    const now = account === null ? brain : { en: account, ru: account };
    return { code, name, type, isHere: account === choice.crmUrl, now };
  });
  const carried = { choice: sealChoice(choice, host) };
  return { name: 'choice', account: choice.crmUrl, portal: offer?.domain ?? '', bots, carried, problem };
}

/** Whether the reader may see and change the bot. */
export function isOpenTo({ onlyConnection }: Choice): (bot: OfferedBot) => boolean {
  return ({ connectionId }) => onlyConnection === undefined || connectionId === onlyConnection;
}

/** The CRM a bot is connected to; null for a bot without an account of ours. */
export function accountOf(accounts: readonly StoredConnection[], connectionId: string | null): string | null {
  const stored = accounts.find(({ connection }) => connection.id === connectionId);
  const parsed = stored === undefined ? undefined : configSchema.safeParse(stored.connection.config);
  return parsed?.success === true ? parsed.data.crmUrl : null;
}

/** The chosen bot, and its config as far as it is known. */
export interface Asked {
  readonly choice: Choice;
  readonly bot: OfferedBot & { readonly isHere: boolean; readonly config: object };
  readonly language: Language;
}

export function settingsView(
  { choice, bot }: Asked,
  host: ConnectorHost,
  trouble: { readonly problems?: readonly FieldProblem[]; readonly problem?: Problem } = {},
): SettingsView {
  const { code, name, isHere, config } = bot;
  const fields = settingFields(bot.type);
  return {
    name: 'settings',
    account: choice.crmUrl,
    bot: { code, name },
    isHere,
    fields,
    shown: shownFields(fields, config),
    problems: trouble.problems ?? [],
    problem: trouble.problem ?? null,
    carried: { choice: sealChoice(choice, host) },
  };
}

/** The sealed choice stays valid for a while, so the next bot needs no new code. */
export function connectedView({ choice, bot }: Asked, host: ConnectorHost): ConnectedView {
  const { crmUrl } = choice;
  const carried = { choice: sealChoice(choice, host) };
  return { name: 'connected', account: new URL(crmUrl).host, bot: bot.name, back: crmUrl, carried, problem: null };
}

const pagePath = '/messagegateway/connect';

/** A view as a page for a browser. */
export function pageWith(view: ConnectView, language: Language): RouteAnswer {
  return { status: 200, page: { language, action: `${pagePath}?lang=${language}`, view: inWords(view, language) } };
}

/** A view as the answer to a step; one with a problem gets status 422. */
export function answerWith(view: ConnectView, language: Language): RouteAnswer {
  const isRefused = view.problem !== null || (view.name === 'settings' && view.problems.length > 0);
  return { status: isRefused ? 422 : 200, json: inWords(view, language) };
}

/** The view with its problem in the reader's language, if we have a text for it. */
function inWords(view: ConnectView, language: Language): ConnectView {
  const { problem } = view;
  const words = problem === null || !Object.hasOwn(problemTexts, problem.code) ? undefined : problemTexts[problem.code];
  return problem === null || words === undefined
    ? view
    : { ...view, problem: { code: problem.code, message: textIn(words, language) } };
}
