/** Attach blocks, keyboards and files under a message, as DOM nodes. */
import { fileNode, link, linkOrText, node, picture, safeAddress } from '../../kit/page/dom.js';
import { bbNodes } from './bb-code.js';
import { text } from './texts.js';

function asList(value) {
  return Array.isArray(value) ? value : [value];
}

function imageNode(one) {
  return picture(one.PREVIEW || one.LINK, one.NAME || '') ?? node('span', '', one.NAME || String(one.LINK));
}

function gridRow(one) {
  const row = node('div', 'grid-row');
  if (one.NAME) row.append(node('span', 'grid-name', String(one.NAME)));
  const value = node('span', 'grid-value');
  if (one.LINK) value.append(linkOrText(one.LINK, String(one.VALUE ?? one.LINK)));
  else value.append(bbNodes(String(one.VALUE ?? '')));
  row.append(value);
  return row;
}

function linkBlock(one) {
  const block = node('div', 'attach-link', linkOrText(one.LINK, one.NAME || one.LINK));
  if (one.DESC) block.append(node('p', '', bbNodes(String(one.DESC))));
  return block;
}

const BLOCKS = {
  MESSAGE: (value) => [node('p', '', bbNodes(String(value)))],
  HTML: (value) => [node('p', '', String(value))],
  LINK: (value) => asList(value).map(linkBlock),
  USER: (value) => asList(value).map((one) => node('p', 'attach-user', linkOrText(one.LINK, one.NAME))),
  GRID: (value) => asList(value).map(gridRow),
  IMAGE: (value) => asList(value).map(imageNode),
  FILE: (value) => asList(value).map((one) => node('p', '', linkOrText(one.LINK, one.NAME || one.LINK))),
  DELIMITER: () => [node('hr')],
};

/** The attach of a message. */
export function attachNodes(attaches) {
  return attaches.map((attach) => {
    const box = node('div', 'attach');
    if (/^#[0-9a-f]{3,6}$/i.test(attach.COLOR ?? '')) box.style.borderColor = attach.COLOR;
    for (const block of attach.BLOCKS ?? []) {
      const [kind, value] = Object.entries(block)[0] ?? ['', null];
      if (BLOCKS[kind] !== undefined) box.append(...BLOCKS[kind](value));
    }
    return box;
  });
}

/** Buttons in rows; `press(index)` gets the index among real buttons. Links open by themselves. */
export function keyboardNode(keyboard, press) {
  const box = node('div', 'keyboard');
  let row = node('div', 'keyboard-row');
  let index = -1;
  for (const button of keyboard) {
    if (button.TYPE === 'NEWLINE') {
      box.append(row);
      row = node('div', 'keyboard-row');
      continue;
    }
    index += 1;
    row.append(buttonNode(button, index, press));
    if (button.DISPLAY !== 'LINE') {
      box.append(row);
      row = node('div', 'keyboard-row');
    }
  }
  box.append(row);
  return box;
}

function buttonNode(button, index, press) {
  const safe = safeAddress(button.LINK);
  const element = safe === null ? node('button', 'key', button.TEXT ?? '') : link(safe, button.TEXT ?? '');
  element.classList.add('key');
  if (safe !== null) return element;
  element.type = 'button';
  element.disabled = button.DISABLED === 'Y';
  if (/^#[0-9a-f]{3,6}$/i.test(button.BG_COLOR ?? '')) element.style.background = button.BG_COLOR;
  if (/^#[0-9a-f]{3,6}$/i.test(button.TEXT_COLOR ?? '')) element.style.color = button.TEXT_COLOR;
  element.addEventListener('click', () => press(index, button));
  return element;
}

/** Files of a message as links, pictures shown. */
export function fileNodes(files) {
  return files.map(({ id, name, size }) => {
    const label = `${text('file')}${name} (${Math.max(1, Math.round(size / 1024))} KB)`;
    return fileNode(`/sandbox/files/${id}`, label, /\.(png|jpe?g|gif|webp)$/i.test(name));
  });
}
