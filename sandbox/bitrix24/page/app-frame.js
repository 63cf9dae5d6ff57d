/** The app inside the portal: posts the page form into a frame and answers the messages of BX24 from it. */
import { button, node } from '../../kit/page/dom.js';
import { act, model } from '../../kit/page/live.js';
import { text } from './texts.js';

export class AppFrame {
  /** @param openMessenger opens the private chat with the user of that id */
  constructor(openMessenger) {
    this.openMessenger = openMessenger;
    this.note = node('p', 'notice');
    this.reopen = button('', 'primary', () => this.open());
    this.holder = node('div', 'frame-holder');
    this.removal = button('', 'quiet', () => void this.#uninstall());
    this.element = node('section', 'app-view', this.reopen, this.removal, this.note, this.holder);
    this.form = null;
    this.hasBegun = false;
    window.addEventListener('message', (event) => void this.#hear(event));
  }

  draw() {
    this.reopen.textContent = text('open');
    this.reopen.disabled = !model.state.hasPages;
    this.removal.textContent = text('uninstall');
    this.removal.hidden = model.state.app === null;
    this.note.textContent = model.state.hasPages ? '' : text('noPages');
  }

  /** As an administrator who ticks the box that also removes the app's data. */
  async #uninstall() {
    if (!window.confirm(text('uninstallAsk'))) return;
    this.hasBegun = false;
    this.frame = undefined;
    this.holder.replaceChildren();
    try {
      await act('uninstall');
    } catch (failure) {
      this.note.textContent = `${text('frameFailed')}${failure.message}`;
    }
  }

  /** Opens the installer, or the app once it is installed. */
  async open() {
    this.note.textContent = text('opening');
    try {
      this.form = await act('frameForm');
      this.note.textContent = this.form === null ? text('noPages') : '';
      if (this.form !== null) this.#post(this.form);
    } catch (failure) {
      this.note.textContent = `${text('frameFailed')}${failure.message}`;
    }
  }

  #post(form) {
    const query = new URL(form.url).searchParams;
    const frame = node('iframe');
    // BX24 reads the portal's address, the protocol and its session from the frame's name.
    frame.name = `${form.domain}|${query.get('PROTOCOL')}|${query.get('APP_SID')}`;
    frame.title = text('app');
    this.holder.replaceChildren(frame);
    const post = node('form');
    post.method = 'post';
    post.action = form.url;
    post.target = frame.name;
    post.hidden = true;
    for (const [name, value] of Object.entries(form.fields)) {
      const field = node('input');
      field.name = name;
      field.value = value;
      post.append(field);
    }
    document.body.append(post);
    post.submit();
    post.remove();
    this.frame = frame;
  }

  /** Messages look like `command:json:callbackId:sid`, empty parts left out; answers like `callbackId:json`. */
  async #hear(event) {
    if (this.frame === undefined || event.source !== this.frame.contentWindow || typeof event.data !== 'string') return;
    const sid = new URL(this.form.url).searchParams.get('APP_SID');
    const cut = event.data.indexOf(':');
    const command = event.data.slice(0, cut);
    const rest = event.data.slice(cut + 1);
    if (!rest.endsWith(sid)) return;
    const withoutSid = rest.slice(0, -sid.length - 1);
    const at = withoutSid.lastIndexOf(':');
    const callbackId = withoutSid.slice(at + 1);
    const params = at > 0 ? withoutSid.slice(0, at) : '';
    const answer = await this.#answer(command, params);
    if (answer === undefined) return;
    event.source.postMessage(`${callbackId}:${JSON.stringify(answer)}`, event.origin);
  }

  async #answer(command, params) {
    switch (command) {
      case 'getInitData':
        return this.#initData();
      case 'refreshAuth':
        this.form = { ...this.form, fields: (await act('frameForm')).fields };
        return this.#initData();
      case 'setInstall':
        // Reports only that the first run has begun; it does not finish the installation.
        this.hasBegun = true;
        return { result: true };
      case 'setInstallFinish':
        await act('installFinish');
        setTimeout(() => void this.open(), 50);
        return { result: true };
      case 'imOpenMessenger':
        this.openMessenger(Number(JSON.parse(params || '{}').dialogId));
        return { result: true };
      case 'resizeWindow':
        this.#resize(params);
        return { result: true };
      case 'reloadWindow':
        setTimeout(() => void this.open(), 50);
        return { result: true };
      default:
        return { result: true };
    }
  }

  #resize(params) {
    const { height } = JSON.parse(params || '{}');
    const wanted = Number(height);
    if (wanted > 100) this.frame.style.height = `${Math.min(wanted, 6_000)}px`;
  }

  #initData() {
    const { fields, domain, url } = this.form;
    const query = new URL(url).searchParams;
    return {
      LANG: query.get('LANG'),
      DOMAIN: domain,
      PROTOCOL: query.get('PROTOCOL'),
      PATH: '/rest',
      AUTH_ID: fields.AUTH_ID,
      AUTH_EXPIRES: fields.AUTH_EXPIRES,
      REFRESH_ID: fields.REFRESH_ID,
      MEMBER_ID: fields.member_id,
      IS_ADMIN: true,
      FIRST_RUN: model.state.app?.installed !== true && !this.hasBegun,
      INSTALL: model.state.app?.installed !== true,
      PLACEMENT: fields.PLACEMENT,
      PLACEMENT_OPTIONS: null,
      USER_OPTIONS: {},
      APP_OPTIONS: {},
    };
  }
}
