/** The connection page as HTML: the form, the choice of a bot, the result. Takes no decisions. */
import type { OfferedBot } from '../../../core/brain.ts';
import { type Html, html } from './html.ts';
import type { PageMessages } from './messages/en.ts';
import { type Language, pageMessages } from './messages/page-messages.ts';

/** The contents of the form. Keys are never shown again. */
export interface FormState {
  readonly account: string;
  readonly code: string;
  /** The sealed account of a one-step connection. */
  readonly draft: string | null;
  /** The sealed portal whose code has been used already, and its name. */
  readonly proof: { readonly sealed: string; readonly domain: string } | null;
  /** The client id of a connected account: its key is stored, its portal is still to be proven. */
  readonly client: string | null;
  readonly problem: string | null;
}

export const emptyForm: FormState = { account: '', code: '', draft: null, proof: null, client: null, problem: null };

export function formPage(language: Language, state: FormState): string {
  const texts = pageMessages(language);
  const isKnown = state.draft !== null || state.client !== null;
  const known =
    state.draft === null ? { name: 'client', value: state.client ?? '' } : { name: 'draft', value: state.draft };
  const key = !isKnown
    ? html`<label for="key">${texts.key}</label>
<input id="key" name="key" type="password" required autocomplete="off" spellcheck="false" aria-describedby="key-hint">
<p id="key-hint" class="hint">${texts.keyHint}</p>`
    : html`<input type="hidden" name="${known.name}" value="${known.value}"><p class="hint">${texts.keyGiven}</p>`;
  const portal =
    state.proof === null
      ? html`<label for="code">${texts.code}</label>
<input id="code" name="code" value="${state.code}" required autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" maxlength="40" aria-describedby="code-hint">
<p id="code-hint" class="hint">${texts.codeHint}</p>`
      : html`<input type="hidden" name="proof" value="${state.proof.sealed}">
<p class="note">${texts.portal}: <strong>${state.proof.domain}</strong></p>`;
  const address = !isKnown
    ? html`<label for="account">${texts.account}</label>
<input id="account" name="account" type="text" inputmode="url" value="${state.account}" required autocomplete="url" spellcheck="false" maxlength="300" aria-describedby="account-hint">
<p id="account-hint" class="hint">${texts.accountHint}</p>`
    : html`<p class="note">CRM: <strong>${state.account}</strong></p>`;
  return page(language, texts.title, [
    html`<p class="lead">${texts.lead}</p>`,
    problemBox(state.problem),
    html`<form method="post" action="/messagegateway/connect?lang=${language}" data-busy="${texts.checking}">
<input type="hidden" name="step" value="check">
${address}
${key}
${portal}
<button type="submit">${texts.check}</button>
</form>`,
    html`<p class="other"><a href="${languageLink(language, state)}" lang="${other(language)}">${texts.otherLanguage}</a></p>`,
  ]);
}

export interface ChoiceState {
  readonly sealed: string;
  readonly account: string;
  readonly domain: string;
  readonly bots: readonly (OfferedBot & { readonly isHere: boolean; readonly thinksWith: string })[];
  readonly problem: string | null;
}

export function choicePage(language: Language, state: ChoiceState): string {
  const texts = pageMessages(language);
  const form =
    state.bots.length === 0
      ? html`<p class="empty">${texts.noBots}</p>`
      : html`<form method="post" action="/messagegateway/connect?lang=${language}" data-busy="${texts.checking}">
<input type="hidden" name="step" value="settings">
<input type="hidden" name="choice" value="${state.sealed}">
<fieldset class="choices">
<legend>${texts.choose}</legend>
${state.bots.map((bot) => botRow(texts, bot))}
</fieldset>
<button type="submit">${texts.next}</button>
</form>`;
  return page(language, texts.title, [
    html`<p class="lead">${texts.chooseLead(state.account, state.domain)}</p>`,
    problemBox(state.problem),
    form,
  ]);
}

function botRow(texts: PageMessages, bot: ChoiceState['bots'][number]): Html {
  const now = bot.isHere ? texts.already : texts.thinksWith(bot.thinksWith);
  return html`<label class="choice"><input type="radio" name="bot" value="${bot.code}" required>
<span><strong>${bot.name}</strong><span class="muted">${texts.types[bot.type] ?? bot.type} · ${now}</span></span></label>
`;
}

/** The sealed choice stays valid for a while, so the next bot needs no new code. */
export function donePage(language: Language, botName: string, account: string, sealedChoice: string): string {
  const texts = pageMessages(language);
  return page(language, texts.done, [
    html`<p class="note good" role="status">${texts.doneLead(botName, account)}</p>`,
    html`<p class="actions"><a class="button" href="${account}">${texts.back}</a></p>
<form method="post" action="/messagegateway/connect?lang=${language}" data-busy="${texts.checking}">
<input type="hidden" name="step" value="choose">
<input type="hidden" name="choice" value="${sealedChoice}">
<button type="submit" class="quiet">${texts.another}</button>
</form>`,
  ]);
}

/** The error above the form. */
export function problemBox(problem: string | null): Html | null {
  return problem === null ? null : html`<p class="problem" role="alert">${problem}</p>`;
}

function languageLink(language: Language, { account, draft, client }: FormState): string {
  if (client !== null) {
    const query = new URLSearchParams({ lang: other(language), client });
    return `/messagegateway/account?${query.toString()}`;
  }
  const query = new URLSearchParams({ lang: other(language), account, ...(draft === null ? {} : { draft }) });
  return `/messagegateway/connect?${query.toString()}`;
}

function other(language: Language): Language {
  return language === 'ru' ? 'en' : 'ru';
}

/** The frame around every page. */
export function page(language: Language, title: string, parts: readonly (Html | null)[]): string {
  const content = parts.filter((part) => part !== null);
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/bitrix24/assets/page.css">
<script type="module" src="/bitrix24/assets/connect.js"></script>
</head>
<body>
<main class="narrow form">
<div class="mark still" aria-hidden="true"><span></span><span></span><span></span></div>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`.html;
}
