/** Connected modules and the fault buttons. */
import { button, node } from '../../kit/page/dom.js';
import { act, model } from '../../kit/page/live.js';
import { text } from './texts.js';

export class Tools {
  constructor() {
    this.element = node('section', 'tools-view');
    this.result = node('p', 'hint');
    this.result.setAttribute('role', 'status');
  }

  #button(key, name, fields = {}) {
    return button(text(key), 'quiet', async () => {
      try {
        await act(name, fields);
        this.result.className = 'hint';
        this.result.textContent = text('done') + text(key);
      } catch (failure) {
        this.result.className = 'error';
        this.result.textContent = failure.message;
      }
    });
  }

  #module(module) {
    const state = module.freeze ? 'frozen' : module.active ? 'active' : 'inactive';
    const badge = node('span', `badge ${state === 'active' ? 'badge-good' : 'badge-bad'}`, text(state));
    const box = node('div', 'module', node('h3', '', module.name, ' ', badge));
    box.append(node('p', 'hint', `${module.code} · ${module.webhookUrl ?? module.baseUrl}`));
    const row = node('div', 'tools');
    const { code } = module;
    row.append(this.#button(module.freeze ? 'thaw' : 'freeze', 'freeze', { code, isOn: !module.freeze }));
    if (module.botId !== null) row.append(this.#button('revokeBot', 'revoke', { code, api: 'bot' }));
    if (module.webhookUrl !== null) row.append(this.#button('revokeTransport', 'revoke', { code, api: 'transport' }));
    box.append(row);
    return box;
  }

  #switches() {
    const { isChatsOff } = model.state;
    const refuse = this.#button(model.isRefusing ? 'acceptSockets' : 'refuseSockets', 'refuseSockets', {
      isOn: !model.isRefusing,
    });
    refuse.addEventListener('click', () => {
      model.isRefusing = !model.isRefusing;
    });
    const chats = this.#button(isChatsOff ? 'switchChatsOn' : 'switchChatsOff', 'chatsOff', { isOn: !isChatsOff });
    return [refuse, chats];
  }

  draw() {
    const wanted = JSON.stringify([
      document.documentElement.lang,
      model.state.modules,
      model.state.isChatsOff,
      model.isRefusing,
    ]);
    if (wanted === this.shown) return;
    this.shown = wanted;
    const { modules } = model.state;
    const simple = [
      'cutSockets',
      'storm429',
      'slow',
      'fail500',
      'garbage',
      'repeatWebhooks',
      'dropWebhooks',
      'clearFaults',
      'renameCrm',
    ];
    const faults = node('div', 'tools', ...simple.map((name) => this.#button(name, name)), ...this.#switches());
    this.element.replaceChildren(
      node('h2', '', text('modules')),
      ...(modules.length === 0 ? [node('p', 'notice', text('noModules'))] : modules.map((one) => this.#module(one))),
      node('h2', '', text('faults')),
      faults,
      this.result,
    );
  }
}
