/** A bot without a brain never repeats what customers say: they get a person. Employees read how to connect somebody who answers. */
import { describe, expect, it } from 'vitest';
import { bridge } from '../../../src/core/bridge.ts';
import type { BridgeBot, Bridged } from '../../../src/core/bridge-result.ts';
import type { ChatEvent, ChatKind, FileRef } from '../../../src/core/events.ts';
import { bot as anyBot, bridgeAtOnce, chat, from, message, talked } from '../../support/factories/plain-talk.ts';

const bot = (changes: Partial<BridgeBot> = {}): BridgeBot => ({
  ...anyBot({ files: true }, 'O'),
  unanswered: { texts: {} },
  ...changes,
});

const asked = (kind: ChatKind, text = 'Где мой заказ?', files: readonly FileRef[] = []): ChatEvent =>
  message({ text, files, chat: chat(kind), author: from(kind === 'line' ? 'client' : 'employee'), mentionsBot: true });

function said({ actions }: Bridged): string[] {
  return actions.map(({ target, action }) =>
    action.type === 'send'
      ? `${action.internal ? 'staff' : 'all'}: ${action.text.split('\n')[0]}`
      : `${target} ${action.type}`,
  );
}

const fresh = (kind: ChatKind) => talked({ kind, isGreeted: false, sessionId: kind === 'line' ? '343' : null });

describe('a bot without a brain', () => {
  it('tells a customer that a colleague comes, and calls people; nothing is repeated', () => {
    const bridged = bridgeAtOnce(asked('line'), fresh('line'), bot());
    expect(said(bridged)).toEqual([
      'all: Спасибо за сообщение. Зову коллегу, он ответит вам здесь.',
      expect.stringMatching(/^staff: За этого бота пока никто не отвечает/),
      'portal handover',
    ]);
    expect(bridged).toMatchObject({ outcome: 'unanswered', conversation: { owner: 'person', isGreeted: true } });
    expect(JSON.stringify(bridged.actions)).not.toContain('Где мой заказ');
  });

  it('says to customers what its administrator has set', () => {
    const own = bot({ unanswered: { texts: { ru: 'Мы открываемся в 9.' } } });
    expect(said(bridgeAtOnce(asked('line'), fresh('line'), own))[0]).toBe('all: Мы открываемся в 9.');
  });

  it('is silent while a person leads', () => {
    const first = bridgeAtOnce(asked('line'), fresh('line'), bot());
    const second = bridgeAtOnce(asked('line', 'Ау'), first.conversation, bot());
    expect(second).toMatchObject({ outcome: 'ignored_person_owns', actions: [] });
  });

  it('calls people for a customer who sends only a file', () => {
    const file: FileRef = { id: '1', name: 'чек.pdf', kind: 'file', size: 1 };
    expect(said(bridgeAtOnce(asked('line', '', [file]), fresh('line'), bot()))).toContain('portal handover');
  });

  it.each(['private', 'group'] as const)('tells an employee once per message how to connect somebody (%s)', (kind) => {
    const first = bridgeAtOnce(asked(kind), fresh(kind), bot({ type: 'B' }));
    expect(said(first)).toEqual([expect.stringMatching(/: Пока я не могу ответить/)]);
    const second = bridgeAtOnce(asked(kind), first.conversation, bot({ type: 'B' }));
    expect(said(second)).toEqual([expect.stringMatching(/^staff: Пока я не могу ответить/)]);
    expect(second.conversation.owner).toBe('brain');
  });

  it('stops where a machine answers it', () => {
    let conversation = talked({ kind: 'private' });
    const outcomes: string[] = [];
    for (let second = 0; second < 8; second += 1) {
      const at = new Date(Date.UTC(2026, 10, 21, 9, 0, second));
      const bridged = bridge(asked('private'), conversation, bot({ type: 'B', turnsPerMinute: 5 }), { at });
      conversation = bridged.conversation;
      outcomes.push(bridged.outcome);
    }
    expect(outcomes.slice(4, 7)).toEqual(['unanswered', 'paused_too_many_turns', 'ignored_person_owns']);
  });
});
