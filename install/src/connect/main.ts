/** The page on which an account is connected from the remote's side, outside of any portal. */
import '../style.css';
import { createApp } from 'vue';
import type { ConnectPageData } from '../../../src/core/connect-view.ts';
import { applyColorMode } from '../frame/color-mode.ts';
import { applyPlatform } from '../frame/platform.ts';
import { uiLocale } from '../frame/ui-locale.ts';
import { readPageData } from '../page-data.ts';
import { loadWords, textsKey } from '../texts/texts.ts';
import ConnectApp from './ConnectApp.vue';

const data = readPageData<ConnectPageData>();
document.documentElement.lang = data.language === 'kz' ? 'kk' : data.language;
applyColorMode();
applyPlatform();
const { texts, kit } = await loadWords(data.language);
createApp(ConnectApp, { data }).provide(textsKey, texts).use(uiLocale(kit)).mount('#app');
