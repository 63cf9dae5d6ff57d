/** A bot, a chat and plain messages, with which most rules of the bridge are tested. */
import { bridge } from '../../../src/core/bridge.ts';
import type { BridgeBot, Bridged } from '../../../src/core/bridge-result.ts';
import { type Conversation, newConversation } from '../../../src/core/conversation.ts';
import type { AuthorKind, Chat, ChatEvent, ChatKind, PortalEvent } from '../../../src/core/events.ts';
import { capabilitiesWith, portalMessage } from './rules.ts';

export const atTheMoment = '2026-11-21T06:00:00.000Z';
/** Calls `bridge` at a fixed time, for rules that do not depend on time. */
export const bridgeAtOnce = (event: ChatEvent, conversation: Conversation, by: BridgeBot): Bridged =>
  bridge(event, conversation, by, { at: new Date(atTheMoment) });

export const bot = (changes: Partial<BridgeBot['capabilities']> = {}, type: BridgeBot['type'] = 'B'): BridgeBot => ({
  code: 'bridge_x',
  name: 'Ассистент',
  type,
  giveBackAfterMinutes: null,
  capabilities: capabilitiesWith(changes),
});

export const chat = (kind: ChatKind, sessionId: string | null = '343'): Chat => ({
  kind,
  dialogId: kind === 'private' ? '27' : 'chat1777',
  title: '',
  line: kind === 'line' ? { lineId: '22', connector: 'telegrambot', sessionId, crm: [] } : null,
});

export const message = (changes: Partial<PortalEvent & { type: 'message' }> = {}): PortalEvent =>
  portalMessage({
    text: 'привет',
    author: { id: '27', name: 'Анна', kind: 'employee' },
    chat: chat('private'),
    ...changes,
  });

export const talked = (changes: Partial<Conversation> = {}): Conversation => ({
  ...newConversation('bridge_x', 'chat1777', 'ref'),
  isGreeted: true,
  language: 'ru',
  ...changes,
});

/** The other fields of every edit. */
export const shown = { mentionsBot: true, language: 'ru', sentAt: null } as const;

export const from = (kind: AuthorKind) => ({ id: '599', name: 'Кто-то', kind });
