/** The bots of the invented company, and the accounts they answer with. */
import { usualPictureName } from '../../../src/bitrix24/install/bot-avatar.ts';
import { brains } from '../../../src/brains/index.ts';
import type { BotType } from '../../../src/core/bot.ts';
import { languages } from '../../../src/core/language.ts';
import type { DemoWords } from './words.ts';

/** Brains that need an account, as the vendor card lists them. */
export const offeredBrains = brains.filter(({ configSchema }) => configSchema !== null);

const ids = [
  '0b5f6a52-7c1e-4d3a-9a10-2f4f8e0c1a01',
  '0b5f6a52-7c1e-4d3a-9a10-2f4f8e0c1a02',
  '0b5f6a52-7c1e-4d3a-9a10-2f4f8e0c1a03',
] as const;

const botFacts: readonly { readonly code: string; readonly type: BotType; readonly number: number }[] = [
  { code: 'orders', type: 'O', number: 1 },
  { code: 'group', type: 'S', number: 1 },
  { code: 'assistant', type: 'B', number: 1 },
  { code: 'service', type: 'O', number: 2 },
];

/** Which account each bot answers with. */
const accountOf = [0, 1, 1, 2] as const;

export function botsOf(words: DemoWords) {
  return botFacts.map(({ code, type, number }, index) => {
    const account = accountOf[index] ?? 0;
    const brain = offeredBrains[account];
    const greeting = words.bots[index]?.greeting ?? '';
    return {
      code,
      type,
      name: words.bots[index]?.name ?? '',
      botId: String(410 + index),
      state: 'registered',
      problem: null,
      brain: { name: brain?.name ?? '', title: brain?.title ?? '' },
      connection: { id: ids[account] ?? '', title: words.accounts[account] ?? '', disabledReason: null },
      giveBackMinutes: type === 'O' ? 30 : null,
      callPersonMinutes: type === 'O' ? 5 : null,
      turnsPerMinute: null,
      greeting: {
        isOff: false,
        texts: {},
        usual: Object.fromEntries(languages.map((language) => [language, greeting])),
        afterSeconds: 3,
      },
      language: null,
      burstMs: null,
      unanswered: {},
      color: null,
      picture: `/bots/${usualPictureName(type, number)}.png`,
      pictureId: null,
      revision: `r${index}`,
    };
  });
}

export function connectionsOf(words: DemoWords) {
  const bots = botsOf(words);
  return offeredBrains.slice(0, words.accounts.length).map(({ name, title }, index) => ({
    id: ids[index] ?? '',
    brain: name,
    brainTitle: title,
    title: words.accounts[index] ?? '',
    bots: bots
      .filter(({ connection }) => connection.id === ids[index])
      .map((bot) => ({ code: bot.code, name: bot.name })),
    disabledReason: null,
    disabledHelp: null,
    hasFigures: false,
    isReadable: true,
    fields: [],
    webhook: null,
  }));
}
