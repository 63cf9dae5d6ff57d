/** The interface of a running fake portal for tests and people: installation, observation, faults. */
import type { Server } from 'node:http';
import type { Changes } from '../kit/changes.ts';
import { answerInstead, closeServer, listen, originOf } from '../kit/http.ts';
import { Administration } from './administration.ts';
import type { RestCall } from './call-log.ts';
import type { Delivery } from './event-queue.ts';
import type { OAuthFault, RestFault } from './faults.ts';
import { botMessages, messagesOf, type SeenBot, type SeenMessage, seenBots, seenMessage } from './observation.ts';
import { stopTimers } from './open-lines.ts';
import { handlePortal, type PortalParts, redirectToNewAddress } from './portal-server.ts';
import { answerFailure } from './rest-answer.ts';
import { prepareScene, type Scene } from './scene.ts';
import type { Binding, Change, PortalState } from './state.ts';

/** The portal's clock can only be moved forward. */
export interface Clock {
  skippedMs: number;
}

export interface PortalInside {
  readonly parts: PortalParts;
  readonly clock: Clock;
  readonly changes: Changes<Change>;
  readonly portal: Server;
  readonly oauth: Server;
}

/** A running portal. Actions of people and administrators are inherited; this class adds its addresses, what can be observed, and faults. */
export class SandboxPortal extends Administration {
  readonly #state: PortalState;
  readonly #inside: PortalInside;
  #portal: Server;
  readonly #oldAddresses: Server[] = [];

  constructor(inside: PortalInside) {
    super(inside.parts.state);
    this.#state = inside.parts.state;
    this.#inside = inside;
    this.#portal = inside.portal;
  }

  get origin(): string {
    return this.#state.address.origin;
  }

  get domain(): string {
    return this.#state.address.domain;
  }

  /** The REST address that the app is given as `client_endpoint`. */
  get restEndpoint(): string {
    return `${this.origin}/rest/`;
  }

  get oauthOrigin(): string {
    return this.#state.address.oauthOrigin;
  }

  /** Address of the administrator's incoming webhook, ending with a slash. */
  get webhook(): string {
    return `${this.origin}/rest/${this.adminId}/${this.#state.webhookSecret}/`;
  }

  /** The portal moves to a new address; the old one answers 302 from now on. */
  async changeDomain(): Promise<void> {
    const { options, address } = this.#state;
    const next = await listen({ host: options.host, port: 0, answerFailure }, (incoming, answer) =>
      handlePortal(this.#inside.parts, incoming, answer),
    );
    answerInstead(this.#portal, (incoming, answer) => redirectToNewAddress(this.#state, incoming, answer));
    this.#oldAddresses.push(this.#portal);
    this.#portal = next;
    address.origin = originOf(next);
    address.domain = new URL(address.origin).host;
  }

  /** People, a line and a group for the chat page; creates what is missing. */
  prepareScene(): Scene {
    return prepareScene(this.#state, this);
  }

  /** Moves the portal's clock forward: tokens expire, and so do the rights to edit and to answer. */
  skipTime(ms: number): void {
    this.#inside.clock.skippedMs += ms;
  }

  messages(dialog: number | string): SeenMessage[] {
    return messagesOf(this.#state, dialog);
  }

  allBotMessages(): SeenMessage[] {
    return botMessages(this.#state);
  }

  bots(): SeenBot[] {
    return seenBots(this.#state);
  }

  bindings(): readonly Binding[] {
    return [...this.#state.bindings.values()];
  }

  calls(): readonly RestCall[] {
    return this.#state.calls.latest();
  }

  deliveries(): readonly Delivery[] {
    return this.#state.queue.latest();
  }

  /** The content of a file on the portal's disk; null when there is no such file. */
  fileContent(id: number): Buffer | null {
    return this.#state.files.get(id)?.content ?? null;
  }

  /** Ids of the chat's members. */
  members(chatId: number): number[] {
    return [...(this.#state.chats.get(chatId)?.members ?? [])];
  }

  /** The operator of an Open Channel chat: a bot, a person, 0 = the queue, null = no open session. */
  operatorOf(chatId: number): number | null {
    return this.#state.sessions.get(chatId)?.operatorId ?? null;
  }

  /** How many posted events have not been answered yet. */
  undeliveredEvents(): number {
    return this.#state.queue.undelivered();
  }

  /** Resolves when every event has been delivered. */
  async idle(): Promise<void> {
    await this.#state.queue.idle();
  }

  /** Calls the listener for every new message; returns a function that stops it. */
  onMessage(listener: (message: SeenMessage) => void): () => void {
    return this.onChange((change) => {
      if (change.kind === 'message') listener(seenMessage(this.#state, change.message));
    });
  }

  /** Calls the listener for every change; returns a function that stops it. */
  onChange(listener: (change: Change) => void): () => void {
    return this.#inside.changes.on(listener);
  }

  readonly fault = {
    rest: (fault: RestFault): void => this.#state.faults.rest(fault),
    oauth: (fault: OAuthFault): void => this.#state.faults.oauth(fault),
    clear: (): void => this.#state.faults.clear(),
  };

  /** Every access token expires at once; refresh tokens stay valid. */
  expireTokens(): void {
    this.#state.tokens.expireAll();
  }

  duplicateNextDelivery(): void {
    this.#state.queue.duplicateNext();
  }

  swapNextTwoDeliveries(): void {
    this.#state.queue.swapNextTwo();
  }

  pauseDelivery(): void {
    this.#state.queue.pause();
  }

  resumeDelivery(): void {
    this.#state.queue.resume();
  }

  /** How many events the portal keeps for a polled bot. */
  keptEvents(botId: number): number {
    return this.#state.fetchEvents.get(botId)?.length ?? 0;
  }

  /** From now on events for polling are numbered at once but stay unreadable, so that they can appear after events with higher numbers. */
  holdKeptEvents(): void {
    this.#state.eventLog.isHolding = true;
  }

  /** New events are readable at once again; those held back stay unreadable. */
  letKeptEventsPass(): void {
    this.#state.eventLog.isHolding = false;
  }

  /** Makes the events held back readable. */
  releaseKeptEvents(): void {
    this.#state.eventLog.isHolding = false;
    for (const appear of this.#state.eventLog.held.splice(0)) appear();
  }

  /** Stops everything; undelivered events are lost. */
  async close(): Promise<void> {
    stopTimers(this.#state);
    this.#inside.changes.clear();
    this.#inside.parts.page.close();
    await this.#state.queue.close();
    await Promise.all([this.#portal, this.#inside.oauth, ...this.#oldAddresses].map(closeServer));
  }
}
