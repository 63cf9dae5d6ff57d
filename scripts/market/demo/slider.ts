/** The portal around the app in the pictures: its menu, dimmed, and the slider in which it shows an app. Drawn for this purpose, without anybody's logos. */
import type { CardLanguage } from '../../../install/market/card.ts';
import { escapeHtml } from '../html.ts';
import { demoWords } from './words.ts';

const style = `
  * { box-sizing: border-box; margin: 0 }
  body { font: 14px/1.4 "Open Sans", "Liberation Sans", Arial, sans-serif; height: 100vh; overflow: hidden;
    background: linear-gradient(120deg, #2b5f8f, #3f8f9e 60%, #5aa58a); color: #fff }
  header { display: flex; align-items: center; gap: 14px; height: 54px; padding: 0 22px; font-size: 17px; font-weight: 600 }
  header i { margin-left: auto; width: 34px; height: 34px; border-radius: 50%; background: #d8e6ef; color: #31506b;
    font-style: normal; font-size: 13px; display: grid; place-items: center }
  nav { display: grid; gap: 4px; width: 210px; padding: 10px 14px }
  nav span { padding: 9px 12px; border-radius: 8px }
  nav span:last-child { background: #ffffff2e }
  .dim { position: fixed; inset: 0; background: #0b1a2999 }
  .tab { position: fixed; left: 44px; top: 14px; width: 36px; height: 38px; border-radius: 19px 0 0 19px; background: #2fc6f6;
    display: grid; place-items: center; font-size: 20px }
  .slider { position: fixed; left: 80px; right: 0; top: 0; bottom: 0; background: #eef2f4; border-radius: 12px 0 0 0; overflow: hidden;
    display: grid; grid-template-rows: 56px 1fr }
  .slider h1 { font-size: 22px; font-weight: 400; color: #333f4c; padding: 12px 22px }
  iframe { border: 0; width: 100%; height: 100% }
`;

/** @param path path of the page inside the app */
export function sliderPage(language: CardLanguage, title: string, path: string): string {
  const { company, admin, menu } = demoWords[language];
  const initials = admin
    .split(' ')
    .map((part) => part.slice(0, 1))
    .join('');
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<link rel="icon" href="data:,">
<title>${escapeHtml(company)}</title>
<style>${style}</style>
<header>${escapeHtml(company)}<i>${escapeHtml(initials)}</i></header>
<nav>${menu.map((entry) => `<span>${escapeHtml(entry)}</span>`).join('')}</nav>
<div class="dim"></div>
<div class="tab">×</div>
<div class="slider"><h1>${escapeHtml(title)}</h1><iframe src="/app#${path}" title="${escapeHtml(title)}"></iframe></div>
`;
}
