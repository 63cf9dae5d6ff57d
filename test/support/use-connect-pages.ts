/** The pages that connect an account of a CRM, in a real browser; one connect stage and one browser for all tests of a file. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type ConnectStage, startConnectStage } from './connect-stage.ts';
import { type OpenPages, openPagesOf } from './page-stage.ts';

export interface ConnectPages {
  /** Filled in before the first test, like the pages. What one test connects is still connected in the next one. */
  readonly stage: ConnectStage;
  readonly pages: OpenPages;
  /** Address of the page for people who come from the CRM. */
  readonly pageUrl: (query?: string) => string;
  /** Fills the account of the sandbox and a code into the first view. */
  readonly fill: (page: Page, labels: FirstView, code: string) => Promise<void>;
}

/** Labels of the fields of the first view, in their order. */
export type FirstView = readonly [address: string, key: string, code: string];

export const firstView: Readonly<Record<'en' | 'ru', FirstView>> = {
  en: ['CRM address', 'API key', 'Code from Bitrix24'],
  ru: ['Адрес CRM', 'API-ключ', 'Код из Битрикс24'],
};

export function useConnectPages(): ConnectPages {
  const stage = {} as ConnectStage;
  const pages = {} as OpenPages;
  beforeAll(async () => {
    Object.assign(stage, await startConnectStage());
    Object.assign(pages, await openPagesOf(stage.bridge));
  });
  beforeEach(() => void pages.takeFaults());
  afterAll(async () => {
    await pages.close();
    await stage.close();
  });
  return {
    stage,
    pages,
    pageUrl: (query = '') => `${stage.bridge.url}/messagegateway/connect${query}`,
    async fill(page, [address, key, codeLabel], code) {
      await page.getByLabel(address).fill(stage.gateway.crmOrigin);
      await page.getByLabel(key, { exact: true }).fill(stage.gateway.apiKey);
      await page.getByLabel(codeLabel).fill(code);
    },
  };
}
