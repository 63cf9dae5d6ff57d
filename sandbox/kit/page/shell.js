/** The layout of every page: header with badges, language, tabs; and the start of the page, with a button to try again. */
import { keepChildren, node } from './dom.js';
import { goLive, model, watch } from './live.js';
import { currentLanguage, setLanguage, text } from './texts.js';

const find = (selector) => document.querySelector(selector);
const offline = node('span', 'badge badge-bad');
offline.dataset.text = 'offline';

/** Whether the screen is wide enough to show everything side by side. */
export function isWide() {
  return matchMedia('(min-width: 1024px)').matches;
}

function drawTexts() {
  document.title = `Bot Bridge – ${text('title')}`;
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = text(element.dataset.text);
  offline.hidden = model.isOnline;
}

/** One tab per entry `{ name, className, isChosen }`. */
export function drawTabs(entries, choose) {
  const tabs = entries.map(({ name, className, isChosen }) => {
    const tab = node('button', className ?? '', text(name));
    tab.type = 'button';
    tab.role = 'tab';
    tab.setAttribute('aria-selected', String(isChosen));
    tab.addEventListener('click', () => choose(name));
    return { key: name, element: tab };
  });
  keepChildren(find('#tabs'), tabs);
  for (const tab of find('#tabs').children) {
    if (tab.ariaSelected === 'true') tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
}

function showFailure(failure, retry) {
  const again = node('button', 'primary', text('retry'));
  again.type = 'button';
  again.addEventListener('click', retry);
  find('#views').replaceChildren(node('p', 'notice error', `${text('failed')}${failure.message} `, again));
}

/**
 * Starts the page: `load` fetches the state, `views` and `badges` (nodes of the header) are shown, `draw` fills them after every change,
 * `receive` gets what the stream sends, `settle` runs after every later load, before the page is drawn.
 */
export function startPage({ load, settle = async () => {}, views, badges, draw, receive }) {
  let isLive = false;
  const redraw = () => {
    drawTexts();
    draw();
  };
  const start = async () => {
    try {
      await load();
    } catch (failure) {
      showFailure(failure, start);
      return;
    }
    find('#views').replaceChildren(...views);
    redraw();
    if (isLive) return;
    isLive = true;
    watch((kind) => {
      if (kind === 'state') settle().then(redraw, (failure) => showFailure(failure, start));
      else redraw();
    });
    goLive(receive);
  };
  find('#facts').replaceChildren(...badges, offline);
  find('#language').addEventListener('change', () => {
    setLanguage(find('#language').value);
    if (model.state === null) drawTexts();
    else redraw();
  });
  setLanguage(currentLanguage());
  find('#language').value = currentLanguage();
  drawTexts();
  void start();
}
