/** Attach blocks, keyboards, menus and files of a message, as DOM nodes. */
import { fileNode, link, linkOrText, menu, node, picture, safeAddress } from '../../kit/page/dom.js';
import { bbNodes } from './bb-code.js';
import { text } from './texts.js';

const HEX_COLOR = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;

function asList(value) {
  return Array.isArray(value) ? value : [value];
}

/** Sets the style for a colour given as hexadecimal; the portal's named colours are classes. */
function paint(element, property, color) {
  if (HEX_COLOR.test(color ?? '')) element.style[property] = color;
}

function sizePx(element, { WIDTH, HEIGHT }) {
  if (WIDTH > 0) element.style.maxWidth = `min(100%, ${WIDTH}px)`;
  if (HEIGHT > 0) element.style.maxHeight = `${HEIGHT}px`;
}

function imageNode(one) {
  const shown = picture(one.PREVIEW || one.LINK, one.NAME || '');
  if (shown === null) return node('span', '', one.NAME || String(one.LINK));
  sizePx(shown, one);
  return linkOrText(one.LINK, shown);
}

/** A name that links to a person, a chat or a bot of the portal, or to an address. */
function leading(one, label) {
  const inside = ['USER_ID', 'CHAT_ID', 'BOT_ID'].find((key) => one[key] > 0);
  if (inside === undefined) return linkOrText(one.LINK, label);
  const name = node('span', 'mention', label);
  name.title = `${inside} ${one[inside]}`;
  return name;
}

function gridRow(one) {
  const row = node('div', `grid-row ${String(one.DISPLAY ?? 'BLOCK').toLowerCase()}`);
  if (one.NAME) row.append(node('span', 'grid-name', String(one.NAME)));
  const value = node('span', `grid-value token-${one.COLOR_TOKEN ?? 'base'}`);
  const leads = one.LINK || one.USER_ID || one.CHAT_ID;
  if (leads) value.append(leading(one, String(one.VALUE || one.LINK || '')));
  else value.append(bbNodes(String(one.VALUE ?? '')));
  paint(value, 'color', one.COLOR);
  if (one.WIDTH > 0) row.style.flexBasis = `${one.WIDTH}px`;
  row.append(value);
  return row;
}

/** Rows that stand side by side share a line. */
function gridNode(rows) {
  const display = String(rows[0]?.DISPLAY ?? 'BLOCK').toLowerCase();
  return node('div', `grid ${display}`, ...rows.map(gridRow));
}

function linkBlock(one) {
  const block = node('div', 'attach-link', leading(one, one.NAME || one.LINK));
  if (one.DESC) block.append(node('p', '', bbNodes(String(one.DESC))));
  const shown = one.PREVIEW ? picture(one.PREVIEW, one.NAME || '') : null;
  if (shown !== null) {
    sizePx(shown, one);
    block.append(shown);
  }
  return block;
}

function userBlock(one) {
  const face = one.AVATAR ? picture(one.AVATAR, '') : null;
  if (face !== null) face.className = 'avatar';
  return node(
    'p',
    `attach-user ${String(one.AVATAR_TYPE ?? 'USER').toLowerCase()}`,
    ...(face ? [face] : []),
    leading(one, one.NAME),
  );
}

function fileBlock(one) {
  const size = one.SIZE > 0 ? ` (${Math.max(1, Math.round(one.SIZE / 1024))} KB)` : '';
  return node('p', 'attach-file', linkOrText(one.LINK, `${one.NAME || one.LINK}${size}`));
}

function delimiter(one) {
  const line = node('hr');
  if (one.SIZE > 0) line.style.width = `min(100%, ${one.SIZE}px)`;
  paint(line, 'borderColor', one.COLOR);
  return line;
}

const BLOCKS = {
  MESSAGE: (value) => [node('p', '', bbNodes(String(value)))],
  LINK: (value) => asList(value).map(linkBlock),
  RICH_LINK: (value) => asList(value).map(linkBlock),
  USER: (value) => asList(value).map(userBlock),
  GRID: (value) => [gridNode(asList(value))],
  IMAGE: (value) => asList(value).map(imageNode),
  FILE: (value) => asList(value).map(fileBlock),
  DELIMITER: (value) => [delimiter(value)],
};

/** The attach of a message. */
export function attachNodes(attaches) {
  return attaches.map((attach) => {
    const box = node('div', `attach token-${attach.COLOR_TOKEN ?? 'base'}`);
    paint(box, 'borderColor', attach.COLOR);
    for (const block of attach.BLOCKS ?? []) {
      const [kind, value] = Object.entries(block)[0] ?? ['', null];
      if (BLOCKS[kind] !== undefined) box.append(...BLOCKS[kind](value));
    }
    return box;
  });
}

/** Buttons in rows; `press(index)` gets the index among buttons, row breaks not counted. Links open without it. */
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

/** The kind of device a button is limited to, if any. */
function device({ CONTEXT }) {
  return CONTEXT === 'MOBILE' || CONTEXT === 'DESKTOP' ? [node('small', 'tag', text(CONTEXT.toLowerCase()))] : [];
}

function buttonNode(button, index, press) {
  const isOff = button.DISABLED === 'Y';
  const safe = isOff ? null : safeAddress(button.LINK);
  const label = [button.TEXT ?? '', ...device(button)];
  const element = safe === null ? node('button', 'key', ...label) : link(safe, ...label);
  element.classList.add('key', `token-${button.BG_COLOR_TOKEN ?? 'base'}`);
  paint(element, 'background', (isOff && button.OFF_BG_COLOR) || button.BG_COLOR);
  paint(element, 'color', (isOff && button.OFF_TEXT_COLOR) || button.TEXT_COLOR);
  if (button.WIDTH > 0) element.style.flex = `0 1 ${button.WIDTH}px`;
  if (safe !== null) return element;
  element.type = 'button';
  element.disabled = isOff;
  element.addEventListener('click', () => press(index, button));
  return element;
}

/** The menu of a message; `press(index)` gets the index of the entry. */
export function menuNode(items, press) {
  const options = items.map((item, index) => [String(index), item.TEXT ?? '']);
  const select = menu(text('menu'), options, (value) => press(Number(value), items[Number(value)]));
  for (const [index, item] of items.entries()) select.options[index + 1].disabled = item.DISABLED === 'Y';
  return select;
}

/** Files of a message as links, pictures shown. */
export function fileNodes(files) {
  return files.map(({ id, name, size }) => {
    const label = `${text('file')}${name} (${Math.max(1, Math.round(size / 1024))} KB)`;
    return fileNode(`/sandbox/files/${id}`, label, /\.(png|jpe?g|gif|webp)$/i.test(name));
  });
}
