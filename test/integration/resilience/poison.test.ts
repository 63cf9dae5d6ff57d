import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeenBot } from '../../../sandbox/bitrix24/observation.ts';
import type { Brain } from '../../../src/core/brain.ts';
import type { Delivery } from '../../../src/core/connector.ts';
import { AppError } from '../../../src/core/errors.ts';
import { type BrainEvent, textReply } from '../../../src/core/events.ts';
import { deliveryRetry } from '../../../src/core/retry.ts';
import { openDatabase, type Pool } from '../../../src/store/database.ts';
import { replayEvent } from '../../../src/store/queue/inbox.ts';
import { replayAction } from '../../../src/store/queue/outbox.ts';
import { listDeadLetters, traceSteps } from '../../../src/store/reporting/history.ts';
import { until } from '../../support/bridge.ts';
import { type OwnBridge, startInstalled, withInstalled } from '../../support/installed-bridge.ts';
import { type BrainMessage, connectBrain, scriptBrain } from '../../support/scripted-brain.ts';
import { answersIn, ourBot } from '../../support/talk.ts';

interface RuleContext extends OwnBridge {
  readonly db: Pool;
  readonly bot: SeenBot;
}

async function withBrains(brains: readonly Brain[], work: (scene: RuleContext) => Promise<void>): Promise<void> {
  await withInstalled({ brains }, async (own) => {
    const db = openDatabase({ url: own.databaseUrl, poolSize: 2 });
    try {
      await work({ ...own, db, bot: ourBot(own.bridge.portal, 'assistant') });
    } finally {
      await db.destroy();
    }
  });
}

/** Says something as a new employee (or the given one) and returns who and where. */
function say(
  { bridge, bot }: RuleContext,
  text: string,
  userId = bridge.portal.addEmployee({ name: 'Пётр Пробный' }).id,
) {
  const { chatId } = bridge.portal.employeeWritesPrivate(userId, bot.id, text);
  return { userId, answers: () => answersIn(bridge.portal, chatId) };
}

const echo = ({ text }: BrainMessage): Delivery => ({ replies: [textReply(text)] });
const refusal = (retry: 'never' | 'backoff'): AppError =>
  new AppError({ code: 'scripted.refused', message: 'the script says no', retry });

describe('a message the brain refuses for good', () => {
  it.concurrent('becomes a dead letter, its dialog goes on, and it can be played again', async () => {
    let isMended = false;
    const scripted = scriptBrain({
      deliver: (message) =>
        message.text === 'яд' && !isMended ? Promise.reject(refusal('never')) : Promise.resolve(echo(message)),
    });
    await withBrains([scripted.brain], async (scene) => {
      const { userId, answers } = say(scene, 'яд');
      say(scene, 'дальше', userId);
      await until(() => answers().length === 1);
      expect(answers()).toEqual(['дальше']);
      const [dead, ...others] = await listDeadLetters(scene.db);
      expect(others).toEqual([]);
      expect(dead).toMatchObject({
        queue: 'outbox',
        side: 'brain',
        kind: 'message',
        state: 'dead_letter',
        outcome: 'scripted.refused',
      });
      isMended = true;
      expect(await scene.db.transaction((trx) => replayAction(trx, dead!))).toBe(true);
      await until(() => answers().length === 2);
      expect(answers()).toEqual(['дальше', 'яд']);
      expect(await listDeadLetters(scene.db)).toEqual([]);
      expect(await scene.db.transaction((trx) => replayAction(trx, dead!))).toBe(false);
    });
  });
});

describe('a brain that breaks inside', () => {
  it.concurrent('holds back its own dialog only, and what waited comes in order once it is mended', async () => {
    let isBroken = true;
    const scripted = scriptBrain({
      deliver(message) {
        if (isBroken && message.text.startsWith('яд')) throw new TypeError('undefined is not a function');
        return Promise.resolve(echo(message));
      },
    });
    await withBrains([scripted.brain], async (scene) => {
      const first = say(scene, 'яд 1');
      await until(
        async () => (await scene.probe.count(`select count(*) from outbox where outcome = 'internal'`)) === 1,
      );
      say(scene, 'яд 2', first.userId);
      const second = say(scene, 'здоровый');
      await until(() => second.answers().length === 1);
      expect(first.answers()).toEqual([]);
      isBroken = false;
      await until(() => first.answers().length === 2);
      expect(first.answers()).toEqual(['яд 1', 'яд 2']);
    });
  });

  it.concurrent('has its message made a dead letter after the last attempt', async () => {
    const scripted = scriptBrain({
      deliver: (message) =>
        message.text === 'яд' ? Promise.reject(new Error('broken')) : Promise.resolve(echo(message)),
    });
    await withBrains([scripted.brain], async (scene) => {
      const { userId, answers } = say(scene, 'яд');
      await until(
        async () => (await scene.probe.count(`select count(*) from outbox where outcome = 'internal'`)) === 1,
      );
      // As if half an hour of attempts had passed.
      await scene.probe.rows(`update lane set attempts = 13, ready_at = now() where queue = 'outbox' and seq > done`);
      say(scene, 'дальше', userId);
      await until(() => answers().length === 1);
      expect(answers()).toEqual(['дальше']);
      expect(await listDeadLetters(scene.db)).toMatchObject([
        { queue: 'outbox', state: 'dead_letter', outcome: 'internal' },
      ]);
    });
  });
});

describe('a message that ends its process each time', () => {
  it.concurrent('becomes a dead letter without being touched again, and its dialog goes on', async () => {
    const tried: string[] = [];
    const scripted = scriptBrain({
      deliver(message) {
        tried.push(message.text);
        return message.text === 'яд' ? Promise.reject(refusal('backoff')) : Promise.resolve(echo(message));
      },
    });
    await withBrains([scripted.brain], async (scene) => {
      const { userId, answers } = say(scene, 'яд');
      await until(
        async () => (await scene.probe.count(`select count(*) from outbox where outcome = 'scripted.refused'`)) === 1,
      );
      // As if the process had died under each of its attempts, and its leases were over.
      await scene.probe.rows(`update lane set attempts = $1, ready_at = now() where queue = 'outbox' and seq > done`, [
        deliveryRetry.maxAttempts,
      ]);
      say(scene, 'дальше', userId);
      await until(() => answers().length === 1);
      expect(tried).toEqual(['яд', 'дальше']);
      expect(await listDeadLetters(scene.db)).toMatchObject([
        { queue: 'outbox', state: 'dead_letter', outcome: 'outbox.attempts_used_up' },
      ]);
    });
  });
});

describe('what a brain says that nobody can read', () => {
  it.concurrent('becomes a dead letter after a few tries, what it says next is shown, and it can be played again', async () => {
    const refs: string[] = [];
    const scripted = scriptBrain(
      {
        deliver: (_message, { ref }) => Promise.resolve(refs.push(ref)).then(() => ({})),
        decode(body) {
          if (body.includes('яд')) throw new RangeError('what is this');
          return [textReply(JSON.parse(body).text)];
        },
      },
      { name: 'scripted', hasAccounts: true },
    );
    const other = scriptBrain({ deliver: (message) => Promise.resolve(echo(message)) });
    await withBrains([scripted.brain, other.brain], async (scene) => {
      const account = await connectBrain(scene.bridge, scene.databaseUrl, scene.probe, scene.bot.code, scripted.brain);
      const { answers } = say(scene, 'спроси');
      await until(() => refs.length === 1);
      expect(await account.send(refs[0] ?? '', 'яд')).toBe(200);
      expect(await account.send(refs[0] ?? '', 'хлеб')).toBe(200);
      await until(() => answers().length === 1);
      expect(answers()).toEqual(['хлеб']);
      const [dead] = await listDeadLetters(scene.db);
      expect(dead).toMatchObject({ queue: 'inbox', side: 'scripted', state: 'dead_letter', outcome: 'internal' });
      scripted.script = { ...scripted.script, decode: () => [textReply('разобрано')] };
      expect(await scene.db.transaction((trx) => replayEvent(trx, dead!))).toBe(true);
      await until(() => answers().length === 2);
      expect(answers()).toEqual(['хлеб', 'разобрано']);
      expect(await listDeadLetters(scene.db)).toEqual([]);
    });
  });
});

describe('answers no honest brain would give', () => {
  const rubbish: readonly (readonly [string, () => Promise<Delivery>])[] = [
    ['a text with a NUL in it', () => Promise.resolve({ replies: [textReply('a\u0000b')] })],
    ['a lone surrogate', () => Promise.resolve({ replies: [textReply('a\uD800b')] })],
    ['a message id with a NUL', () => Promise.resolve({ remoteMessageId: '1\u0000', replies: [textReply('хорошо')] })],
    [
      'a conversation id with a NUL',
      () => Promise.resolve({ remoteConversationId: '1\u0000', replies: [textReply('хорошо')] }),
    ],
    ['an error code with a NUL', () => Promise.reject(new AppError({ code: 'x\u0000', message: 'y' }))],
    ['a conversation id of a megabyte', () => Promise.resolve({ remoteConversationId: 'x'.repeat(1_000_000) })],
    ['a reply without a text', () => Promise.resolve({ replies: [{ type: 'reply' } as BrainEvent] })],
    ['a reply of an unknown kind', () => Promise.resolve({ replies: [{ type: 'dance' } as unknown as BrainEvent] })],
    ['nothing at all', () => Promise.resolve(undefined as unknown as Delivery)],
    ['a number', () => Promise.resolve(7 as unknown as Delivery)],
  ];

  const scripted = scriptBrain({
    async deliver(message) {
      const bad = rubbish.find(([name]) => name === message.text);
      return bad === undefined ? echo(message) : await bad[1]();
    },
  });
  let scene: RuleContext;

  // One app for all: what one of them has left behind must not harm the next either.
  beforeAll(async () => {
    const own = await startInstalled({ brains: [scripted.brain] });
    scene = {
      ...own,
      db: openDatabase({ url: own.databaseUrl, poolSize: 2 }),
      bot: ourBot(own.bridge.portal, 'assistant'),
    };
  });
  afterAll(async () => {
    await scene.close();
    await scene.db.destroy();
  });

  it.each(rubbish)('%s harms no other dialog and keeps the books readable', async (name) => {
    // Many at a time, so that the poisoned one shares its batches with others.
    const healthy = Array.from({ length: 5 }, (_, at) => say(scene, `до ${at}`));
    const poisoned = say(scene, name);
    healthy.push(...Array.from({ length: 5 }, (_, at) => say(scene, `после ${at}`)));
    await until(() => healthy.every(({ answers }) => answers().length === 1));
    await expect(listDeadLetters(scene.db)).resolves.toBeInstanceOf(Array);
    expect((await traceSteps(scene.db, String(poisoned.userId))).length).toBeGreaterThan(1);
  });
});
