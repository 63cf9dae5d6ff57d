/** What a new account begins with, and how accounts are told apart. */
import type { AccountName, NewAccount } from '../../../core/brain-parts.ts';
import type { Language } from '../../../core/language.ts';
import { defaultLanguage, type MessageGatewayConfig } from '../config.ts';
import { settingsSchema } from '../connect/settings.ts';
import { awaitingIdOf } from './client-id.ts';

/** Notes to managers are in Russian or English; readers of Ukrainian and Kazakh get Russian, as on the pages. */
const readsRussian: ReadonlySet<Language> = new Set(['ru', 'uk', 'kz']);

export function newConfig({ language, settings }: NewAccount): Readonly<Record<string, unknown>> {
  const { integrationCode } = settingsSchema.parse(settings ?? {});
  return {
    language: readsRussian.has(language) ? defaultLanguage : 'en',
    ...(integrationCode === undefined ? {} : { integrationCode }),
  };
}

export function accountOf({ crmUrl }: Pick<MessageGatewayConfig, 'crmUrl'>): AccountName {
  return { title: new URL(crmUrl).host, id: awaitingIdOf(crmUrl) };
}
