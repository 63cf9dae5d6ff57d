/** Refusals of a portal that concern one bot; any other error stops the set-up, which is then retried as a whole. */
import { AppError } from '../../core/errors.ts';
import type { Language } from '../../core/language.ts';
import { type Texts, textIn } from '../../core/texts.ts';

/** The English text is stored with the bot; pages show it in the reader's language. */
const texts = {
  tooMany: {
    en: 'the portal allows this app no more bots',
    ru: 'портал не разрешает этому приложению больше ботов',
    de: 'das Portal erlaubt dieser App keine weiteren Bots',
    es: 'el portal no permite más bots a esta aplicación',
    pt: 'o portal não permite mais bots a este aplicativo',
    pl: 'portal nie pozwala tej aplikacji na więcej botów',
    uk: 'портал не дозволяє цьому застосунку більше ботів',
    kz: 'портал бұл қолданбаға бұдан көп бот жасауға рұқсат бермейді',
  },
  taken: {
    en: 'another app in this portal already uses this bot code',
    ru: 'этот код бота уже занят другим приложением на этом портале',
    de: 'eine andere App in diesem Portal verwendet diesen Bot-Code bereits',
    es: 'otra aplicación de este portal ya usa este código de bot',
    pt: 'outro aplicativo deste portal já usa este código de bot',
    pl: 'inna aplikacja w tym portalu używa już tego kodu bota',
    uk: 'цей код бота вже використовує інший застосунок на цьому порталі',
    kz: 'бұл бот кодын осы порталдағы басқа қолданба пайдаланып отыр',
  },
  badCode: {
    en: 'the portal does not accept this bot code',
    ru: 'портал не принимает такой код бота',
    de: 'das Portal nimmt diesen Bot-Code nicht an',
    es: 'el portal no acepta este código de bot',
    pt: 'o portal não aceita este código de bot',
    pl: 'portal nie przyjmuje tego kodu bota',
    uk: 'портал не приймає такий код бота',
    kz: 'портал мұндай бот кодын қабылдамайды',
  },
  badName: {
    en: 'the portal does not accept this bot name',
    ru: 'портал не принимает такое имя бота',
    de: 'das Portal nimmt diesen Namen des Bots nicht an',
    es: 'el portal no acepta este nombre de bot',
    pt: 'o portal não aceita este nome de bot',
    pl: 'portal nie przyjmuje tej nazwy bota',
    uk: 'портал не приймає таке імʼя бота',
    kz: 'портал боттың мұндай атауын қабылдамайды',
  },
  badType: {
    en: 'the portal does not know this type of bot',
    ru: 'портал не знает такого типа ботов',
    de: 'das Portal kennt diese Art von Bot nicht',
    es: 'el portal no conoce este tipo de bot',
    pt: 'o portal não conhece este tipo de bot',
    pl: 'portal nie zna tego typu bota',
    uk: 'портал не знає такого типу ботів',
    kz: 'портал боттың мұндай түрін білмейді',
  },
  needsV2: {
    en: 'a personal bot needs a portal with events of imbot.v2',
    ru: 'личному боту нужен портал с событиями imbot.v2',
    de: 'ein persönlicher Bot braucht ein Portal mit Ereignissen von imbot.v2',
    es: 'un bot personal necesita un portal con eventos de imbot.v2',
    pt: 'um bot pessoal precisa de um portal com eventos do imbot.v2',
    pl: 'bot osobisty wymaga portalu ze zdarzeniami imbot.v2',
    uk: 'особистому боту потрібен портал із подіями imbot.v2',
    kz: 'жеке ботқа imbot.v2 оқиғалары бар портал керек',
  },
} as const satisfies Readonly<Record<string, Required<Texts>>>;

const refusals: ReadonlyMap<string, keyof typeof texts> = new Map([
  ['bitrix24.MAX_COUNT_ERROR', 'tooMany'],
  ['bitrix24.BOT_LIMIT_EXCEEDED', 'tooMany'],
  ['bitrix24.APP_ID_ERROR', 'taken'],
  ['bitrix24.BOT_OWNERSHIP_ERROR', 'taken'],
  ['bitrix24.BOT_CODE_ALREADY_TAKEN', 'taken'],
  ['bitrix24.CODE_ERROR', 'badCode'],
  ['bitrix24.NAME_ERROR', 'badName'],
  ['bitrix24.BOT_PROPERTIES_REQUIRED', 'badName'],
  ['bitrix24.BOT_INVALID_TYPE', 'badType'],
]);

/** The refusal of a bot that the first API cannot register. */
export const needsSecondApi: string = texts.needsV2.en;

/** Why the bot was refused, as stored; null for an error that does not concern this bot alone. */
export function refusalOf(error: unknown): string | null {
  const refusal = error instanceof AppError ? refusals.get(error.code) : undefined;
  return refusal === undefined ? null : texts[refusal].en;
}

/** A stored refusal in the reader's language. A refusal that an older version stored in other words is returned unchanged. */
export function refusalIn(stored: string | null, language: Language): string | null {
  const found = Object.values(texts).find(({ en }) => en === stored);
  return found === undefined ? stored : textIn(found, language);
}
