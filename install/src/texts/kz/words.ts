/** All words of this language, as one file: those of the UI kit and our own. */
export { default as kit } from '@bitrix24/b24ui-nuxt/runtime/locale/kz.js';
export * as texts from './index.ts';
