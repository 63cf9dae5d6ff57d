/** One request may name several bots of ours: each decides for itself, and answers once or not at all. */
import { describe, expect, it } from 'vitest';
import { decodeEvent } from '../../../src/bitrix24/events/decode-event.ts';
import { scanEvent } from '../../../src/bitrix24/events/scan-event.ts';
import type { BotType } from '../../../src/core/bot.ts';
import { bridge } from '../../../src/core/bridge.ts';
import { bot, talked } from '../../support/factories/plain-talk.ts';
import { fixture, formOf } from '../../support/fixtures.ts';

const bots: Readonly<Record<BotType, { readonly id: string; readonly code: string }>> = {
  O: { id: '567', code: 'acme_line' },
  S: { id: '573', code: 'acme_supervisor' },
  B: { id: '569', code: 'acme_helper' },
  P: { id: '571', code: 'acme_personal' },
};
const types: readonly BotType[] = ['O', 'S', 'B'];
const mixes: readonly (readonly BotType[])[] = [
  [],
  ['O'],
  ['S'],
  ['B'],
  ['O', 'S'],
  ['O', 'B'],
  ['S', 'B'],
  ['O', 'S', 'B'],
];

/** The recorded event with these bots, and these of them mentioned. */
function eventOf(name: string, listed: readonly BotType[], mentioned: readonly BotType[], isListSent: boolean): Buffer {
  const kept = fixture(name).pairs.filter(
    (pair) => !/^data\[BOT\]|MENTIONED_LIST|TO_USER_ID|\[MESSAGE(?:_ORIGINAL)?\]/.test(pair),
  );
  const tags = mentioned.map((type) => `[USER=${bots[type].id}]Bot[/USER] `).join('');
  return formOf([
    ...listed.flatMap((type) => {
      const { id, code } = bots[type];
      return [`data[BOT][${id}][BOT_ID]=${id}`, `data[BOT][${id}][BOT_CODE]=${code}`];
    }),
    ...kept,
    `data[PARAMS][MESSAGE]=сравните`,
    `data[PARAMS][MESSAGE_ORIGINAL]=${tags}сравните`,
    `data[PARAMS][TO_USER_ID]=${mentioned[0] === undefined ? '0' : bots[mentioned[0]].id}`,
    ...(isListSent ? mentioned.map((type) => `data[PARAMS][MENTIONED_LIST][${bots[type].id}]=${bots[type].id}`) : []),
  ]);
}

/** The bots whose brains get the message, as often as they do. */
function heardBy(body: Buffer): BotType[] {
  const { storedBody, bots: named } = scanEvent(body);
  const botIds = types.map((type) => bots[type].id);
  return named.flatMap(({ code, id }) => {
    const type = types.find((one) => bots[one].code === code);
    const decoded = decodeEvent(storedBody, { code: code ?? '', id });
    if (type === undefined || decoded.kind !== 'chat') return [];
    return decoded.events.flatMap((event) => {
      const { actions } = bridge(event, talked(), { ...bot({}, type), botIds }, { at: new Date() });
      return actions.filter(({ action }) => action.type === 'message').map(() => type);
    });
  });
}

describe('a group message', () => {
  // The portal lists a supervisor always, the others where they are mentioned.
  const group = mixes.map((mentioned) => [mentioned.join('+') || 'nobody', mentioned] as const);

  it.each(
    group.flatMap(([name, mentioned]) => [true, false].map((isListSent) => [name, isListSent, mentioned] as const)),
  )('that mentions %s (MENTIONED_LIST: %s) reaches exactly those, once each', (_, isListSent, mentioned) => {
    const listed = types.filter((type) => type === 'S' || mentioned.includes(type));
    const body = eventOf('v1-onimbotmessageadd-multibot', listed, mentioned, isListSent);
    expect(heardBy(body).toSorted()).toEqual([...mentioned].toSorted());
  });

  it('that mentions a person first reaches the bot that is named after', () => {
    const body = eventOf('v1-onimbotmessageadd-multibot', ['S', 'B'], ['B'], false).toString();
    const named = body.replace(
      encodeURIComponent('[USER=569]'),
      `${encodeURIComponent('[USER=1]Анна[/USER] [USER=569]')}`,
    );
    expect(heardBy(Buffer.from(named.replace('TO_USER_ID%5D=569', 'TO_USER_ID%5D=1')))).toEqual(['B']);
  });

  it('of a bot that mentions all of ours reaches none', () => {
    const body = eventOf('v1-onimbotmessageadd-multibot', types, types, true).toString();
    expect(body).toContain(encodeURIComponent('data[USER][IS_BOT]'));
    const ofBot = body.replace(
      `${encodeURIComponent('data[USER][IS_BOT]')}=N`,
      `${encodeURIComponent('data[USER][IS_BOT]')}=Y`,
    );
    expect(heardBy(Buffer.from(ofBot))).toEqual([]);
  });
});

describe('a message in a private chat', () => {
  it.each(types)('reaches its bot of type %s, mentioned or not, and no other', (type) => {
    for (const mentioned of mixes)
      expect(heardBy(eventOf('v1-onimbotmessageadd-private', [type], mentioned, true))).toEqual([type]);
  });
});

describe('a message of a customer in an Open Channel', () => {
  it.each(mixes.filter((listed) => listed.length > 0).map((listed) => [listed.join('+'), listed] as const))(
    'listed for %s never reaches the supervisor',
    (_, listed) => {
      const body = eventOf('v1-onimbotmessageadd-openline', listed, [], true);
      expect(heardBy(body)).not.toContain('S');
      expect(heardBy(body).filter((type) => type === 'O')).toHaveLength(listed.includes('O') ? 1 : 0);
    },
  );
});
