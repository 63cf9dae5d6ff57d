/** Finds texts of a page that cannot be read because they do not fit. */
import type { Page } from 'playwright-core';

/** Ignores previews that end with an ellipsis on purpose (`line-clamp`), texts for screen readers, folded texts, and what can be scrolled. */
const find = `(() => {
  const found = [];
  const { clientWidth } = document.documentElement;
  if (document.documentElement.scrollWidth > clientWidth) found.push('the page is wider than its window');
  const isHidden = (style) => style.visibility === 'hidden' || style.display === 'none' || style.opacity === '0';
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const text = node.nodeValue.trim();
    if (text === '' || node.parentElement.closest('.sr-only, script, style, option, [aria-hidden="true"]')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    for (let element = node.parentElement; element !== null; element = element.parentElement) {
      const style = getComputedStyle(element);
      if (isHidden(style) || style.webkitLineClamp !== 'none') break;
      const scrolls = (overflow) => overflow === 'auto' || overflow === 'scroll';
      if (scrolls(style.overflowX) || scrolls(style.overflowY)) break;
      const around = element.getBoundingClientRect();
      if (around.height < 1) break;
      const clips = (overflow) => overflow === 'hidden' || overflow === 'clip';
      const isCut =
        (clips(style.overflowX) && (box.right > around.right + 1 || box.left < around.left - 1)) ||
        (clips(style.overflowY) && (box.bottom > around.bottom + 2 || box.top < around.top - 2));
      if (isCut) found.push('cut: ' + text.slice(0, 60));
      if (isCut) break;
      if (element === document.body && (box.right > clientWidth + 1 || box.left < -1)) found.push('outside: ' + text.slice(0, 60));
    }
  }
  return found;
})()`;

export function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(find);
}
