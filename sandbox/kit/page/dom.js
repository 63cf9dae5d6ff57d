/** Building blocks of every page: nodes, buttons, links, times, files. No HTML is ever parsed. */

/** A DOM node with class and content. */
export function node(tag, className, ...content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content);
  return element;
}

const keptIn = new WeakMap();

/**
 * Replaces the children of a node. A child with the same markup and the same data keeps its node, so that a click on it that has begun is
 * not lost. Entries are `{ key, data, element }`; the handlers of an element may use its data and nothing else that changes.
 */
export function keepChildren(parent, entries) {
  const before = keptIn.get(parent) ?? new Map();
  const after = new Map();
  for (const [index, { key = index, data = null, element }] of entries.entries()) {
    const name = after.has(key) ? `${key} ${index}` : key;
    const look = JSON.stringify(data) + element.outerHTML;
    const old = before.get(name);
    after.set(name, old?.look === look ? old : { look, element });
  }
  keptIn.set(parent, after);
  const wanted = [...after.values()].map(({ element }) => element);
  const isWanted = new Set(wanted);
  for (const child of [...parent.childNodes]) if (!isWanted.has(child)) child.remove();
  for (const [index, element] of wanted.entries()) {
    const present = parent.childNodes[index] ?? null;
    if (present !== element) parent.insertBefore(element, present);
  }
}

/** A button that cannot be pressed again while its work runs. */
export function button(label, className, press) {
  const element = node('button', className, label);
  element.type = 'button';
  element.addEventListener('click', async () => {
    element.disabled = true;
    try {
      await press();
    } finally {
      element.disabled = false;
    }
  });
  return element;
}

/** A menu that acts as soon as an option is chosen and then shows its title again; options are pairs of value and label. */
export function menu(title, options, choose) {
  const select = node('select', 'menu');
  select.setAttribute('aria-label', title);
  select.append(new Option(title, ''), ...options.map(([value, label]) => new Option(label, value)));
  select.disabled = options.length === 0;
  select.addEventListener('change', () => {
    const { value } = select;
    select.value = '';
    if (value !== '') void choose(value);
  });
  return select;
}

/** The address if it is http(s) or a path of this host, otherwise null. */
export function safeAddress(address) {
  const trimmed = String(address ?? '').trim();
  if (/^https?:\/\//i.test(trimmed)) return trimmed;
  return trimmed.startsWith('/') && !trimmed.startsWith('//') ? trimmed : null;
}

/** A link that opens in a new tab and gives the target neither a referrer nor an opener. */
export function link(address, ...label) {
  const anchor = node('a', '', ...label);
  anchor.href = address;
  anchor.target = '_blank';
  anchor.rel = 'noopener noreferrer';
  return anchor;
}

/** A link, or plain text when the address is not safe. */
export function linkOrText(address, ...label) {
  const safe = safeAddress(address);
  return safe === null ? node('span', '', ...label) : link(safe, ...label);
}

/** A picture, or null when the address is not safe. */
export function picture(address, alt) {
  const safe = safeAddress(address);
  if (safe === null) return null;
  const image = node('img');
  image.src = safe;
  image.alt = alt;
  image.loading = 'lazy';
  image.referrerPolicy = 'no-referrer';
  return image;
}

/** A file under a message: a link, with the picture if the file is one. */
export function fileNode(address, label, isImage) {
  const anchor = linkOrText(address, ...(isImage ? [picture(address, label) ?? ''] : []), node('span', '', label));
  anchor.className = 'file';
  return anchor;
}

/** Hours and minutes, and seconds if wanted. */
export function clock(ms, seconds) {
  return new Date(ms).toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    second: seconds ? '2-digit' : undefined,
  });
}

/** Name and content of a chosen file. Throws the sentence when it is too large. */
export async function fileAsBase64(file, maxBytes, tooBig) {
  if (file.size > maxBytes) throw new Error(tooBig);
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return { name: file.name, base64: btoa(binary) };
}
