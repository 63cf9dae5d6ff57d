/** Small pieces every page is made of: nodes, buttons, links, times, files. No HTML is ever parsed. */

/** A DOM node with class and content. */
export function node(tag, className, ...content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content);
  return element;
}

/** A button; while its work runs it cannot be pressed again. */
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

/** A menu that acts at once and then shows its title again; options are pairs of value and label. */
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

/** A link that opens in a tab of its own and tells the target nothing. */
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

/** A file under a message: a link, with the picture where it is one. */
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
