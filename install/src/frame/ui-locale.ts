/** Gives the UI kit its own words. The kit's root component does it too, and brings toasts and tooltips that no page has. */
import { localeContextInjectionKey } from '@bitrix24/b24ui-nuxt/composables/useLocale';
import { type App, ref } from 'vue';
import type { Words } from '../texts/texts.ts';

export function uiLocale(kit: Words['kit']): { install(app: App): void } {
  return { install: (app) => void app.provide(localeContextInjectionKey, ref(kit)) };
}
