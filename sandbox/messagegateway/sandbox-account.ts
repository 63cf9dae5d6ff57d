/** One CRM account as tests and people use it: its people (inherited), its modules, and what can be observed. */
import type { Server } from 'node:http';
import { answerInstead, closeServer, listen, originOf } from '../kit/http.ts';
import {
  connectInOneStep,
  type ModuleAnswer,
  openPage,
  type SimpleConnectChoice,
  type SimpleConnectResult,
  sendActivity,
} from './crm/call-module.ts';
import { handleCrm } from './crm/crm-server.ts';
import { applyActivity, revokeToken } from './crm/module-registry.ts';
import {
  type SeenChannel,
  type SeenChat,
  type SeenCustomer,
  type SeenDialog,
  type SeenMessage,
  type SeenModule,
  seenChannels,
  seenChat,
  seenCustomers,
  seenDialogs,
  seenMessage,
  seenModules,
} from './observation.ts';
import type { Json, ModuleRecord } from './records.ts';
import { Staff } from './staff.ts';
import { changeTemplate, createTemplate } from './staff-templates.ts';
import type { AccountState } from './state.ts';

/** Opens the CRM's address on a port (0 = any). */
export async function listenCrm(account: AccountState, port: number): Promise<Server> {
  const { host, tls } = account.gateway.options;
  const server = await listen({ host, port, tls }, (incoming, answer) => handleCrm(account, incoming, answer));
  account.crm.origin = originOf(server, tls !== null);
  return server;
}

export class SandboxAccount extends Staff {
  readonly #account: AccountState;
  #server: Server;
  readonly #oldServers: Server[] = [];

  constructor(account: AccountState, server: Server) {
    super(account);
    this.#account = account;
    this.#server = server;
  }

  get code(): string {
    return this.#account.code;
  }

  get crmOrigin(): string {
    return this.#account.crm.origin;
  }

  get apiKey(): string {
    return this.#account.apiKey;
  }

  /** Replaces the scopes of the API key. */
  setScopes(scopes: readonly string[]): void {
    this.#account.scopes = scopes;
  }

  /** With false, activating a module answers 402. */
  setPaid(isPaid: boolean): void {
    this.#account.isPaid = isPaid;
  }

  /** With true, the CRM answers that there is no such account. */
  setGone(isGone: boolean): void {
    this.#account.isGone = isGone;
  }

  /** Switches chats off: every module is stopped and told so by its callback. Switching chats on again does not start them. */
  async switchChatsOff(isOff: boolean): Promise<void> {
    this.#account.isChatsOff = isOff;
    if (!isOff) return;
    for (const module of this.#account.modules.values()) {
      module.active = false;
      applyActivity(this.#account, module);
      await sendActivity(this.#account, module, '');
    }
  }

  /** The CRM freezes (unpaid) or thaws the module and calls its activity action. */
  async freezeModule(code: string, isFrozen = true): Promise<ModuleAnswer | null> {
    const module = this.#module(code);
    module.freeze = isFrozen;
    applyActivity(this.#account, module);
    return await sendActivity(this.#account, module, '');
  }

  /** An administrator switches the module on or off; the CRM calls its activity action, unless `isTold` is false. */
  async activateModule(code: string, isActive: boolean, isTold = true): Promise<ModuleAnswer | null> {
    const module = this.#module(code);
    module.active = isActive;
    applyActivity(this.#account, module);
    if (!isTold) return null;
    return await sendActivity(this.#account, module, '');
  }

  /** Moves the account to a new address; the old one answers that there is no such account. Modules are told. Returns the new address. */
  async renameCrm(): Promise<string> {
    const old = this.#server;
    const before: AccountState = { ...this.#account, isGone: true };
    answerInstead(old, (incoming, answer) => handleCrm(before, incoming, answer));
    this.#oldServers.push(old);
    const isFirst = this.#oldServers.length === 1;
    this.#server = await listenCrm(this.#account, isFirst ? this.#account.gateway.options.renamedCrmPort : 0);
    for (const module of this.#account.modules.values()) {
      await sendActivity(this.#account, module, this.#account.crm.origin);
    }
    return this.#account.crm.origin;
  }

  /** Revokes the token and closes the bot's sockets. */
  revokeToken(code: string, api: 'bot' | 'transport'): void {
    revokeToken(this.#account, code, api);
  }

  /** A user presses "Connect" of a one-step module. */
  async connectInOneStep(configUrl: string, choice: SimpleConnectChoice = {}): Promise<SimpleConnectResult> {
    return await connectInOneStep(this.#account, configUrl, choice);
  }

  /** A user opens a page of the module with this account in its query. */
  async openPage(url: string): Promise<ModuleAnswer> {
    return await openPage(this.#account, url);
  }

  /** A manager creates a template; resolves to the code that the transport assigned. */
  async createTemplate(channelId: number, fields: Json): Promise<string> {
    return await createTemplate(this.#account, channelId, fields);
  }

  /** Null deletes the template. */
  async changeTemplate(channelId: number, templateCode: string, fields: Json | null): Promise<void> {
    const change =
      fields === null ? { type: 'template_delete' as const } : { type: 'template_update' as const, fields };
    await changeTemplate(this.#account, channelId, templateCode, change);
  }

  /** Chats, latest activity first. */
  chats(): SeenChat[] {
    const chats = [...this.#account.chats.values()].map((chat) => seenChat(this.#account, chat));
    return chats.sort((a, b) => b.lastActivity - a.lastActivity);
  }

  dialogs(): SeenDialog[] {
    return seenDialogs(this.#account);
  }

  /** Messages of a chat, oldest first, deleted and system ones included; of all chats when none is named. */
  messages(chatId?: number): SeenMessage[] {
    const all = [...this.#account.messages.values()];
    const wanted = chatId === undefined ? all : all.filter((message) => message.chatId === chatId);
    return wanted.map((message) => seenMessage(this.#account, message));
  }

  customers(): SeenCustomer[] {
    return seenCustomers(this.#account);
  }

  channels(): SeenChannel[] {
    return seenChannels(this.#account);
  }

  modules(): SeenModule[] {
    return seenModules(this.#account);
  }

  bots(): {
    id: number;
    name: string;
    avatarUrl: string;
    roles: readonly string[];
    isActive: boolean;
    commands: string[];
  }[] {
    return [...this.#account.bots.values()].map(({ id, name, avatarUrl, roles, isActive, commands }) => ({
      id,
      name,
      avatarUrl,
      roles,
      isActive,
      commands: [...commands.keys()],
    }));
  }

  managers(): { id: number; externalId: string; name: string; isOnline: boolean }[] {
    return [...this.#account.users.values()].map(({ id, externalId, firstName, lastName, isOnline }) => ({
      id,
      externalId,
      name: `${firstName} ${lastName}`.trim(),
      isOnline,
    }));
  }

  /** What modules reported to the CRM's administrators. */
  notifications(): readonly Json[] {
    return this.#account.notifications;
  }

  /** The content of a file that MG stores. */
  fileContent(id: string): Buffer | null {
    return this.#account.files.get(id)?.content ?? null;
  }

  #module(code: string): ModuleRecord {
    const module = this.#account.modules.get(code);
    if (module === undefined) throw new Error(`no module ${code}`);
    return module;
  }

  /** Closes the CRM's addresses. */
  async closeCrm(): Promise<void> {
    await Promise.all([this.#server, ...this.#oldServers].map(closeServer));
  }
}
