/** Each rule of the moderation check notices its breach and passes what keeps it. */
import { describe, expect, it } from 'vitest';
import { animate } from '../../../scripts/market/apng.ts';
import {
  addressFaults,
  avatarFaults,
  erasureFaults,
  greetingFaults,
  pictureFaults,
  restLogFaults,
  scopeFaults,
} from '../../../scripts/market/check/rules.ts';
import { usualPicture } from '../../../src/bitrix24/install/bot-avatar.ts';
import { neededScopes } from '../../../src/bitrix24/needed-scopes.ts';

const methods = [
  'app.info',
  'event.bind',
  'batch',
  'imbot.register',
  'imbot.v2.Bot.list',
  'imopenlines.config.list.get',
];

describe('the rule of', () => {
  it('scopes notices one that is not used, and one that is not asked for', () => {
    expect(scopeFaults(neededScopes, methods)).toEqual([]);
    expect(scopeFaults([...neededScopes, 'crm'], methods)).toEqual(['the scope crm is asked for and not used']);
    expect(scopeFaults(neededScopes, [...methods, 'im.dialog.get'])).toEqual([
      'the scope im is used and not asked for',
    ]);
  });

  it('avatars notices a missing one and twins', () => {
    const bots = [
      { code: 'a', avatarHash: '1' },
      { code: 'b', avatarHash: '2' },
    ];
    expect(avatarFaults(bots)).toEqual([]);
    expect(avatarFaults([...bots, { code: 'c', avatarHash: null }])).toEqual(['the bot c has no avatar']);
    expect(avatarFaults([...bots, { code: 'c', avatarHash: '1' }])).toEqual([
      'the bot c has the avatar of another bot',
    ]);
    expect(avatarFaults([])).toHaveLength(1);
  });

  it('greetings notices silence, and commands that are not named', () => {
    expect(greetingFaults('Анна', ['Я Анна. /help /bot'], ['help', 'bot'])).toEqual([]);
    expect(greetingFaults('Анна', [], ['help'])).toHaveLength(1);
    expect(greetingFaults('Анна', ['Привет', '/help Анна'], ['help'])).toHaveLength(2);
  });

  it('addresses notices one that does not answer HEAD', () => {
    const good = { name: 'appUrl', url: 'https://a.example', status: 200, accepted: true };
    expect(addressFaults([good])).toEqual([]);
    expect(addressFaults([good, { ...good, status: 404, accepted: false }])).toHaveLength(1);
    expect(addressFaults([])).toHaveLength(1);
  });

  it('pictures notices an empty screenshot, a small icon, and what is missing or broken', () => {
    const empty = usualPicture('O', 1);
    const faults = pictureFaults(
      new Map([
        ['icon.png', empty],
        ['ru/screenshots/1.png', empty],
        ['en/screenshots/1.png', Buffer.from('x')],
      ]),
    );
    expect(faults).toEqual([
      'icon.png: is 200 pixels wide; 250 to 650 are allowed',
      'ru/screenshots/1.png: is empty: it has 2 colours',
      'en/screenshots/1.png: this is not a PNG',
    ]);
    expect(pictureFaults(new Map([['ru/walk.png', animate([empty], 1)]]))).toEqual([
      'icon.png: is missing',
      'ru/screenshots: there are none',
      'en/screenshots: there are none',
    ]);
  });

  it('the log of REST calls notices a token, a call that is missing, and an empty log', () => {
    const line = { method: 'imbot.register', request: '{"CODE":"a"}', answer: '1' };
    const given = { methods: ['imbot.register', 'batch'], secrets: ['a1b2c3d4e5'] };
    expect(restLogFaults([line], given)).toEqual([]);
    expect(restLogFaults([{ ...line, request: '{"auth":"a1b2c3d4e5"}' }], given)).toEqual([
      'the log of REST calls shows a secret in imbot.register',
    ]);
    expect(restLogFaults([line], { ...given, methods: ['imbot.register', 'app.info'] })).toEqual([
      'the log of REST calls has no app.info',
    ]);
    expect(restLogFaults([], given)).toHaveLength(1);
  });

  it('erasure notices rows that are left', () => {
    expect(erasureFaults(new Map([['portal', 0]]))).toEqual([]);
    expect(
      erasureFaults(
        new Map([
          ['portal', 0],
          ['bot', 3],
        ]),
      ),
    ).toEqual(['3 rows of bot are left']);
  });
});
