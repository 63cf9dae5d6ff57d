import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanEvent } from '../../../src/bitrix24/events/scan-event.ts';
import { branch, type FormTree, parseForm, text } from '../../../src/lib/form-body.ts';
import { fixture, fixtureNames } from '../../support/fixtures.ts';
import { processorMs } from '../../support/linear-time/processor-time.ts';

const bodies = [...fixtureNames('v1-on'), ...fixtureNames('app-on'), ...fixtureNames('v2-webhook')].map(
  (name) => fixture(name).body,
);

/** What the endpoint needs, read by the form parser alone. */
function parsed(body: Buffer) {
  const tree = parseForm(body);
  const data = branch(tree, 'data');
  const sections = ['BOT', 'COMMAND'].map((name) => branch(data, name) ?? {});
  const entries = [data, ...sections.flatMap((entry) => Object.keys(entry).map((key) => branch(entry, key)))];
  const event = (text(tree, 'event') ?? '').toUpperCase();
  const proof = {
    event,
    memberId: text(tree, 'auth', 'member_id') ?? '',
    applicationToken: text(tree, 'auth', 'application_token') ?? '',
  };
  if (event.startsWith('ONIMBOTV2')) {
    return {
      ...proof,
      dialogId: text(data, 'dialogId') || text(data, 'chat', 'dialogId') || '',
      messageId: text(data, 'message', 'id') || text(data, 'messageId') || '',
      bots: sorted([`${text(data, 'bot', 'id') ?? ''} ${text(data, 'bot', 'code') ?? ''}`]),
    };
  }
  return {
    ...proof,
    dialogId: text(data, 'PARAMS', 'DIALOG_ID') ?? '',
    messageId: text(data, 'PARAMS', 'MESSAGE_ID') ?? '',
    bots: sorted(entries.map((entry) => `${text(entry, 'BOT_ID') ?? ''} ${text(entry, 'BOT_CODE') ?? ''}`)),
  };
}

const sorted = (bots: readonly string[]): readonly string[] => bots.filter((bot) => bot !== ' ').toSorted();

const secret = /^(?:(?:access|refresh|application)_token|client_id|server_endpoint|member_id|AUTH|auth)$/;

/** Where tokens stand in the tree: anything of `auth` but the user's id, and the secret fields of bots and commands. */
function tokensIn(tree: FormTree): string[] {
  const found: string[] = [];
  for (const name of Object.keys(tree)) {
    if (!name.startsWith('auth')) continue;
    const inside = name === 'auth' ? branch(tree, 'auth') : undefined;
    found.push(...(inside === undefined ? [name] : Object.keys(inside).filter((field) => field !== 'user_id')));
  }
  const data = branch(tree, 'data');
  found.push(...Object.keys(branch(data, 'bot') ?? {}).filter((field) => secret.test(field)));
  for (const section of ['BOT', 'COMMAND']) {
    const entries = branch(data, section) ?? {};
    for (const key of Object.keys(entries)) {
      found.push(...Object.keys(branch(entries, key) ?? {}).filter((field) => secret.test(field)));
    }
  }
  return found;
}

function expectAgreement(body: Buffer): void {
  const { storedBody: kept, bots, ...facts } = scanEvent(body);
  const seen = { ...facts, bots: sorted(bots.map(({ id, code }) => `${id} ${code}`)) };
  expect(seen).toEqual(parsed(body));
  expect(tokensIn(parseForm(kept))).toEqual([]);
}

const keys = fc.constantFrom(
  ...[
    'event',
    'auth',
    'auth[member_id]',
    'auth[application_token]',
    'auth[access_token]',
    'auth[user_id]',
    'ts',
    'data',
  ],
  ...['data[PARAMS]', 'data[PARAMS][MESSAGE_ID]', 'data[PARAMS][DIALOG_ID]', 'data[PARAMS][MESSAGE]', 'data[USER][ID]'],
  ...[
    'data[BOT][7][BOT_ID]',
    'data[BOT][7][BOT_CODE]',
    'data[BOT][7][AUTH][access_token]',
    'data[BOT][7][access_token]',
  ],
  ...[
    'data[BOT][8][BOT_ID]',
    'data[COMMAND][9][BOT_ID]',
    'data[COMMAND][9][BOT_CODE]',
    'data[BOT_ID]',
    'data[BOT_CODE]',
  ],
  ...['data[bot][id]', 'data[bot][auth][access_token]', 'data[BOT][]', 'data[BOT][][BOT_ID]', 'data[BOT]'],
  ...['data[bot][code]', 'data[bot]', 'data[dialogId]', 'data[chat][dialogId]', 'data[chat]', 'data[chat][]'],
  ...['data[message][id]', 'data[message][text]', 'data[message]', 'data[messageId]', 'data[message][__proto__]'],
);

const escaped = (key: string): string => key.replaceAll('[', '%5B').replaceAll(']', '%5D');

/** A key as portals spell it, and as nobody does. */
const spellings: readonly ((key: string) => string)[] = [
  escaped,
  escaped,
  (key) => key,
  (key) => escaped(key).toLowerCase().replace('data', 'data'),
  (key) => escaped(key).replace('_', '%5F'),
  (key) => escaped(key).replace('a', '%61'),
  (key) => `${escaped(key)}x`,
  (key) => `${escaped(key)}%5Bdeeper%5D`,
  (key) => escaped(key).replace('%5D', '%00%5D'),
  (key) => escaped(key).replace('%5D', ''),
  (key) => escaped(key).replace('%5B', '%5B%ff'),
  (key) => ` ${escaped(key)}`,
  (key) => `${escaped(key)}${'%5Bx%5D'.repeat(40)}`,
  (key) => `${escaped(key)}${'y'.repeat(1_200)}`,
];

const pairs = fc
  .record({
    key: keys,
    spell: fc.constantFrom(...spellings),
    value: fc.constantFrom(
      '',
      '1',
      '567',
      'chat12',
      'imol%7C5',
      'a+b',
      '%zz',
      '%00',
      '%D1%8F',
      'ONIMBOTMESSAGEADD',
      'ONIMBOTV2MESSAGEADD',
      'x=y',
      '\u00ff',
    ),
    equals: fc.constantFrom('=', '=', '=', '', '=='),
  })
  .map(({ key, spell, value, equals }) => spell(key) + equals + value);

describe('scanEvent agrees with the form parser', () => {
  it.each(bodies.map((body, index) => ({ index, body })))('on recorded event $index', ({ body }) => {
    expectAgreement(Buffer.from(body));
  });

  it.each(['event=A&event', 'event&event=A', 'event=A&event&ts=1'])('on a name without a value: %s', (body) => {
    expectAgreement(Buffer.from(body));
  });

  it('on bodies made of any keys in any spelling', () => {
    fc.assert(
      fc.property(fc.array(pairs, { maxLength: 12 }), (list) => {
        expectAgreement(Buffer.from(list.join('&'), 'latin1'));
      }),
      { numRuns: 2_000 },
    );
  });

  it('on recorded events with bytes changed, put in or taken out', () => {
    const change = fc.record({
      at: fc.nat(),
      cut: fc.nat({ max: 3 }),
      put: fc.constantFrom(
        '',
        '&',
        '=',
        '%',
        '[',
        ']',
        '%5B',
        '%5D',
        '%00',
        '+',
        'x',
        '&auth',
        '&data%5BBOT%5D',
        '\u0000',
      ),
    });
    fc.assert(
      fc.property(fc.constantFrom(...bodies), fc.array(change, { minLength: 1, maxLength: 8 }), (body, changes) => {
        let twisted = body;
        for (const { at, cut, put } of changes) {
          const place = at % (twisted.length + 1);
          twisted = twisted.slice(0, place) + put + twisted.slice(place + cut);
        }
        expectAgreement(Buffer.from(twisted, 'latin1'));
      }),
      { numRuns: 1_000 },
    );
  });

  it('on more pairs than are read', () => {
    expectAgreement(Buffer.from(`${'a=1&'.repeat(9_999)}event=in&event=out&auth%5Bmember_id%5D=late`));
    expectAgreement(Buffer.from(`${'a=1&'.repeat(9_998)}event=in&auth%5Bmember_id%5D=in`));
  });

  it('without building a tree of what nobody asked for: a body of strangers must not cost more than one parse', () => {
    const branches = '[a][b][c][d][e][f][g][h][i][j][k][l][m]';
    const pairsOf = Array.from({ length: 10_000 }, (_, at) => `data[x${at}]${branches}[${'%41'.repeat(90)}]=1`);
    const body = Buffer.from(`event=ONIMBOTMESSAGEADD&${pairsOf.join('&')}`);
    let [scanning, parsing] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let turn = 0; turn < 5; turn += 1) {
      scanning = Math.min(
        scanning,
        processorMs(() => scanEvent(body)),
      );
      parsing = Math.min(
        parsing,
        processorMs(() => parseForm(body)),
      );
    }
    expect(scanning).toBeLessThan(2.5 * parsing);
  });
});
