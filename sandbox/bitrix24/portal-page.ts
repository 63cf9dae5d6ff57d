/** What the chat page shows of the portal and which actions it may request. */
import type { Page } from '../kit/page-server.ts';
import { messagesOf, seenBots, seenMessage } from './observation.ts';
import { executeAct } from './page-acts.ts';
import type { People } from './people.ts';
import { type Change, fullName, type PortalState } from './state.ts';

const SHOWN_MESSAGES = 200;
const SHOWN_LOG = 100;

function shortCall(state: PortalState, count: number): unknown[] {
  return state.calls.latest(count).map(({ id, method, params, status, error, ms, at }) => {
    const text = JSON.stringify(params) ?? '';
    return { id, method, params: text.slice(0, 2_000), status, error, ms, at };
  });
}

function shortDelivery(state: PortalState, count: number): unknown[] {
  return state.queue
    .latest(count)
    .map(({ id, event, url, status, error, ms, at }) => ({ id, event, url, status, error, ms, at }));
}

function chatsFor(state: PortalState): unknown[] {
  return [...state.chats.values()].map((chat) => ({
    id: chat.id,
    type: chat.type,
    title: chat.title,
    members: [...chat.members],
    ownerId: chat.ownerId,
    operatorId: state.sessions.get(chat.id)?.operatorId ?? null,
    textFieldEnabled: chat.textFieldEnabled,
    messages: messagesOf(state, chat.id).slice(-SHOWN_MESSAGES),
  }));
}

function snapshot(state: PortalState): unknown {
  const { app } = state;
  return {
    language: state.options.language,
    domain: state.address.domain,
    app: app === null ? null : { installed: app.installed, paymentExpired: app.paymentExpired, version: app.version },
    hasPages: state.options.appUrl !== '' || state.options.installUrl !== '',
    people: [...state.users.values()]
      .filter((user) => user.active)
      .map((user) => ({
        id: user.id,
        name: fullName(user),
        admin: user.admin,
        isBot: user.isBot,
        isClient: user.isConnector,
      })),
    bots: seenBots(state).filter((bot) => bot.appId === state.options.clientId),
    lines: [...state.lines.values()],
    clients: [...state.clients.values()],
    chats: chatsFor(state),
    calls: shortCall(state, SHOWN_LOG),
    deliveries: shortDelivery(state, SHOWN_LOG),
  };
}

/** What the page is told about a change. */
export function liveItem(state: PortalState, change: Change): unknown {
  if ('message' in change) return { kind: change.kind, message: seenMessage(state, change.message) };
  if (change.kind === 'call') return { kind: 'call', call: shortCall(state, 1)[0] };
  if (change.kind === 'delivery') return { kind: 'delivery', delivery: shortDelivery(state, 1)[0] };
  return change;
}

/** The chat page of this portal; its actions are executed by `people`. */
export function createPortalPage(state: PortalState, people: People): Page {
  return {
    snapshot: () => snapshot(state),
    act: (body) => executeAct(state, people, body),
    file: (id) => state.files.get(Number(id)),
  };
}
