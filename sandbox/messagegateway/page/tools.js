/** Connected modules and the fault buttons. */
import { node } from '../../kit/page/dom.js';
import { model } from '../../kit/page/live.js';
import { currentLanguage } from '../../kit/page/texts.js';
import { section, ToolsView } from '../../kit/page/tools-view.js';
import { text } from './texts.js';

const FAULTS = [
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

export class Tools extends ToolsView {
  #modules = node('div');
  #shownModules = '';

  draw() {
    const { modules, isChatsOff } = model.state;
    this.#drawModules(modules);
    this.drawChanged([isChatsOff, model.isRefusing], () => [
      this.#modules,
      ...section(text('faults'), ...FAULTS.map((name) => this.#button(name, name)), ...this.#switches()),
      this.result,
    ]);
  }

  /** Drawn separately from the fault buttons: a module that goes and comes back must not replace a button while it is pressed. */
  #drawModules(modules) {
    const wanted = JSON.stringify([currentLanguage(), modules]);
    if (wanted === this.#shownModules) return;
    this.#shownModules = wanted;
    const none = node('p', 'notice', text('noModules'));
    const shown = modules.length === 0 ? [none] : modules.map((one) => this.#module(one));
    this.#modules.replaceChildren(node('h2', '', text('modules')), ...shown);
  }

  #button(key, name, fields = {}) {
    return this.actButton(text(key), name, () => fields);
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
}
