/**
 * Simulates somebody who has never seen the app: installs it on the sandbox portal's page and follows only the pages' own instructions, by
 * roles and visible labels, until the bot has answered.
 */
import type { FrameLocator, Page } from 'playwright-core';

/** The expected texts of the pages in one language. */
export interface NewcomerWords {
  readonly appTab: string;
  readonly botsReady: string;
  readonly chooses: RegExp;
  readonly crmAddress: string;
  readonly apiKey: string;
  readonly connect: string;
  readonly answers: RegExp;
  readonly next: string;
  readonly attach: string;
  readonly attached: RegExp;
  readonly openChat: string;
  readonly writeTo: string;
  readonly answered: RegExp;
  readonly finish: string;
  readonly overview: string;
}

export const newcomerWords: Readonly<Record<'ru' | 'en', NewcomerWords>> = {
  ru: {
    appTab: 'Приложение',
    botsReady: 'Кто отвечает?',
    chooses: /^MessageGateway/,
    crmAddress: 'Адрес CRM',
    apiKey: 'API-ключ',
    connect: 'Подключить',
    answers: /^Отвечает MessageGateway/,
    next: 'Дальше',
    attach: 'Подключить к линии «Сайт»',
    attached: /встречает клиентов линии «Сайт»/,
    openChat: 'Открыть чат',
    writeTo: 'Сотрудник: Сообщение',
    answered: /Ответ в чате через/,
    finish: 'Готово',
    overview: 'Обзор',
  },
  en: {
    appTab: 'App',
    botsReady: 'Who answers?',
    chooses: /^MessageGateway/,
    crmAddress: 'CRM address',
    apiKey: 'API key',
    connect: 'Connect',
    answers: /^MessageGateway.* answers$/,
    next: 'Next',
    attach: 'Attach to “Сайт”',
    attached: /meets the customers of “Сайт”/,
    openChat: 'Open the chat',
    writeTo: 'Employee: Message',
    answered: /The answer is in the chat after/,
    finish: 'Finish',
    overview: 'Overview',
  },
};

export interface Newcomer {
  readonly page: Page;
  readonly words: NewcomerWords;
  /** The app inside the portal's page. */
  readonly app: FrameLocator;
  /** The account's address and API key, which the person has been given. */
  readonly account: { readonly crmOrigin: string; readonly apiKey: string };
  /** Called whenever the person reads the page before the next step. */
  readonly look: (name: string) => Promise<void>;
}

const press = async ({ app }: Newcomer, name: string | RegExp): Promise<void> => {
  await app.getByRole('button', { name, exact: true }).click();
};

/** Installs the app, up to the page on which the person chooses who answers. The bots are created meanwhile, and Bitrix24 opens the app by itself. */
export async function installApp({ page, app, words, look }: Newcomer): Promise<void> {
  await page.getByRole('tab', { name: words.appTab, exact: true }).click();
  await app.getByRole('heading', { name: words.botsReady }).waitFor();
  await look('answers');
}

/** Chooses MessageGateway and enters the account's address and key. */
export async function connectService(newcomer: Newcomer): Promise<void> {
  const { app, words, account, look } = newcomer;
  await press(newcomer, words.chooses);
  await look('connect');
  await app.getByLabel(words.crmAddress).fill(account.crmOrigin);
  await app.getByLabel(words.apiKey, { exact: true }).fill(account.apiKey);
  await press(newcomer, words.connect);
  await app.getByText(words.answers).first().waitFor();
  await look('answering');
  await press(newcomer, words.next);
}

/** Attaches the bot to the Open Channel with one click. */
export async function attachLine(newcomer: Newcomer): Promise<void> {
  await press(newcomer, newcomer.words.attach);
  await newcomer.app.getByText(newcomer.words.attached).waitFor();
  await newcomer.look('line');
  await press(newcomer, newcomer.words.next);
}

/** Writes to the bot in the chat that the app opens. */
export async function writeToBot(newcomer: Newcomer, text: string): Promise<void> {
  const { page, words, look } = newcomer;
  await look('message');
  await press(newcomer, words.openChat);
  const field = page.getByRole('textbox', { name: words.writeTo });
  await field.fill(text);
  await field.press('Enter');
}

/** Sees in the app that the answer has come, and finishes the wizard. */
export async function finishWizard(newcomer: Newcomer): Promise<void> {
  const { page, app, words, look } = newcomer;
  await page.getByRole('tab', { name: words.appTab, exact: true }).click();
  await app.getByText(words.answered).waitFor();
  await look('answered');
  await press(newcomer, words.finish);
  await app.getByRole('heading', { level: 1, name: words.overview }).waitFor();
}
