import './style.css';
import { createApp } from 'vue';
import App from './App.vue';
import { beginSession } from './api/client.ts';
import { applyColorMode } from './frame/color-mode.ts';
import { visitorToken } from './frame/frame.ts';
import { applyPlatform } from './frame/platform.ts';
import { uiLocale } from './frame/ui-locale.ts';
import { readPageData } from './page-data.ts';
import { createPageRouter } from './router.ts';
import { loadWords, textsKey } from './texts/texts.ts';

const data = readPageData();
document.documentElement.lang = data.language === 'kz' ? 'kk' : data.language;
applyColorMode();
applyPlatform();
const { texts, kit } = await loadWords(data.language);
if (data.session !== null) beginSession(data.session, visitorToken);
createApp(App, { data }).provide(textsKey, texts).use(uiLocale(kit)).use(createPageRouter(data)).mount('#app');
