/** The settings of a bot as its form holds them, and what a person has changed of them. */
import type { BotAnswer, BotChangeBody } from '../../../../src/api/schemas/bots.ts';
import type { Language } from '../../page-data.ts';

export type BotColor = NonNullable<BotAnswer['color']>;

/** Numbers are texts while they are typed; an empty one stands for null. */
export interface BotDraft {
  name: string;
  color: BotColor | '';
  /** A connection as `connection:<id>`, a brain that needs none as `brain:<name>`. */
  answers: string;
  isGreeting: boolean;
  greetings: Partial<Record<Language, string>>;
  greetAfterSeconds: string;
  language: Language | '';
  giveBackMinutes: string;
  callPersonMinutes: string;
  turnsPerMinute: string;
  /** Seconds here, milliseconds in the API. */
  burstSeconds: string;
}

export const languages: readonly Language[] = ['ru', 'en', 'de', 'es', 'pt', 'pl', 'uk', 'kz'];

export function draftOf(bot: BotAnswer): BotDraft {
  const { greeting, connection, brain } = bot;
  return {
    name: bot.name,
    color: bot.color ?? '',
    answers: connection === null ? `brain:${brain.name}` : `connection:${connection.id}`,
    isGreeting: !greeting.isOff,
    greetings: { ...greeting.texts },
    greetAfterSeconds: String(greeting.afterSeconds),
    language: bot.language ?? '',
    giveBackMinutes: textOf(bot.giveBackMinutes),
    callPersonMinutes: textOf(bot.callPersonMinutes),
    turnsPerMinute: textOf(bot.turnsPerMinute),
    burstSeconds: bot.burstMs === null ? '' : String(bot.burstMs / 1_000),
  };
}

/** What the server checks; a text that is no number is told here, before it is sent. */
export type DraftProblem = 'number';
export type DraftProblems = Partial<Record<keyof BotDraft, DraftProblem>>;

const numberFields = [
  'greetAfterSeconds',
  'giveBackMinutes',
  'callPersonMinutes',
  'turnsPerMinute',
  'burstSeconds',
] as const;
type NumberField = (typeof numberFields)[number];

export function problemsOf(draft: BotDraft): DraftProblems {
  const wrong = numberFields.filter((key) => {
    const value = numberOf(draft[key]);
    return Number.isNaN(value) || (key === 'greetAfterSeconds' && value === null);
  });
  return Object.fromEntries(wrong.map((key) => [key, 'number']));
}

/** Only what is different: the rest stays as it is, whoever changes it meanwhile. */
export function changeOf(bot: BotAnswer, draft: BotDraft): BotChangeBody {
  const before = draftOf(bot);
  const is = (key: keyof BotDraft): boolean => draft[key] !== before[key];
  // `1,5` is the same as `1.5`.
  const isNumber = (key: NumberField): boolean => numberOf(draft[key]) !== numberOf(before[key]);
  const burst = numberOf(draft.burstSeconds);
  return {
    ...(is('name') ? { name: draft.name.trim() } : {}),
    ...(is('color') ? { color: draft.color === '' ? null : draft.color } : {}),
    ...(is('answers') ? answersOf(draft.answers) : {}),
    ...greetingChange(before, draft),
    ...(isNumber('greetAfterSeconds') ? { greetAfterSeconds: numberOf(draft.greetAfterSeconds) ?? 0 } : {}),
    ...(is('language') ? { language: draft.language === '' ? null : draft.language } : {}),
    ...(isNumber('giveBackMinutes') ? { giveBackMinutes: numberOf(draft.giveBackMinutes) } : {}),
    ...(isNumber('callPersonMinutes') ? { callPersonMinutes: numberOf(draft.callPersonMinutes) } : {}),
    ...(isNumber('turnsPerMinute') ? { turnsPerMinute: numberOf(draft.turnsPerMinute) } : {}),
    ...(isNumber('burstSeconds') ? { burstMs: burst === null ? null : Math.round(burst * 1_000) } : {}),
  };
}

export function answersOf(answers: string): Pick<BotChangeBody, 'brain' | 'connectionId'> {
  const connection = answers.startsWith('connection:') ? answers.slice('connection:'.length) : null;
  return connection === null ? { brain: answers.replace(/^brain:/, '') } : { connectionId: connection };
}

/** The draft after the bot was read again: what was typed stays, the rest is as it is now. */
export function mergedDraft(was: BotAnswer, is: BotAnswer, draft: BotDraft): BotDraft {
  const [before, after] = [draftOf(was), draftOf(is)];
  const kept = (Object.keys(after) as (keyof BotDraft)[]).filter((key) => {
    return key !== 'greetings' && draft[key] !== before[key];
  });
  const greetings = languages.flatMap((language) => {
    const typed = draft.greetings[language] ?? '';
    const text = typed === (before.greetings[language] ?? '') ? (after.greetings[language] ?? '') : typed;
    return text === '' ? [] : [[language, text]];
  });
  return {
    ...after,
    ...Object.fromEntries(kept.map((key) => [key, draft[key]])),
    greetings: Object.fromEntries(greetings),
  };
}

function greetingChange(before: BotDraft, draft: BotDraft): Pick<BotChangeBody, 'greeting'> {
  const texts = Object.fromEntries(
    languages.flatMap((language) => {
      const [was, now] = [before.greetings[language] ?? '', (draft.greetings[language] ?? '').trim()];
      return was === now ? [] : [[language, now === '' ? null : now]];
    }),
  );
  const isSwitched = before.isGreeting !== draft.isGreeting;
  if (!isSwitched && Object.keys(texts).length === 0) return {};
  return { greeting: { ...(isSwitched ? { isOff: !draft.isGreeting } : {}), texts } };
}

/** Null: empty. NaN: no number. */
function numberOf(text: string): number | null {
  const typed = text.trim().replace(',', '.');
  return typed === '' ? null : Number(typed);
}

function textOf(value: number | null): string {
  return value === null ? '' : String(value);
}

/** The field of the form that a path of the API belongs to. */
export function fieldOf(path: string): keyof BotDraft | null {
  if (path === 'burstMs') return 'burstSeconds';
  if (path === 'brain' || path === 'connectionId') return 'answers';
  if (path.startsWith('greeting')) return 'greetings';
  return path in emptyDraft ? (path as keyof BotDraft) : null;
}

const emptyDraft: BotDraft = {
  name: '',
  color: '',
  answers: '',
  isGreeting: true,
  greetings: {},
  greetAfterSeconds: '0',
  language: '',
  giveBackMinutes: '',
  callPersonMinutes: '',
  turnsPerMinute: '',
  burstSeconds: '',
};
