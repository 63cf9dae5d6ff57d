/**
 * Sends a text with its decorations: a quote, buttons, cards. If a portal refuses the whole message because of one of them, the text is
 * sent without it at once. What was lost is returned to the caller.
 */
import { AppError } from '../core/errors.ts';
import type { Button, Card } from '../core/events.ts';
import { toAttach } from './formatting/attach.ts';
import { escapeBb } from './formatting/bb-code.ts';
import { toKeyboard } from './formatting/keyboard.ts';

export type Decoration = 'quote' | 'buttons' | 'cards';

export interface Wanted {
  readonly text: string;
  readonly buttons: readonly Button[];
  readonly cards: readonly Card[];
  readonly quoteOf: string | null;
  /**
   * The portal requires a text even beside cards: an older one refuses a message without text, and an edit without text deletes the
   * message.
   */
  readonly needsWords: boolean;
}

/** The message as it is sent: escaped text, blank only beside cards, and the blocks in the portal's format; null where there are none. */
export interface Dressed {
  readonly text: string;
  readonly keyboard: Readonly<Record<string, unknown>> | null;
  readonly attach: Readonly<Record<string, unknown>> | null;
  readonly quoteOf: number | null;
}

export interface SentDecorated<T> {
  readonly result: T;
  /** Decorations that were dropped, wholly or in part. */
  readonly lost: readonly Decoration[];
}

/** The longest text of a message; text lines that would exceed it are not added. */
const maxTextLength = 20_000;

/** Error codes that blame a decoration; in one build of the server those of blocks begin with PARAM_. A quote is checked like an access. */
const blames: readonly (readonly [Decoration, RegExp])[] = [
  ['buttons', /^bitrix24\.(?:PARAM_)?KEYBOARD_/],
  ['cards', /^bitrix24\.(?:PARAM_)?ATTACH_/],
  ['quote', /^bitrix24\.(?:MESSAGE_NOT_FOUND|REPLY|MESSAGE_ACCESS_DENIED|ACCESS_DENIED$)/],
];

/** Calls `send` with everything, and again without each decoration that the portal refuses. Throws AppErrors that do not blame one. */
export async function sendDecorated<T>(
  wanted: Wanted,
  botId: string,
  send: (dressed: Dressed) => Promise<T>,
): Promise<SentDecorated<T>> {
  const refused = new Set<Decoration>();
  for (;;) {
    const { dressed, cut } = dress(wanted, botId, refused);
    try {
      const result = await send(dressed);
      return { result, lost: [...new Set([...refused, ...cut])] };
    } catch (error) {
      const blamed = blamedBy(error, dressed);
      if (blamed === null) throw error;
      refused.add(blamed);
    }
  }
}

function blamedBy(error: unknown, dressed: Dressed): Decoration | null {
  if (!(error instanceof AppError) || error.retry !== 'never') return null;
  const worn = { buttons: dressed.keyboard, cards: dressed.attach, quote: dressed.quoteOf };
  const found = blames.find(([decoration, codes]) => worn[decoration] !== null && codes.test(error.code));
  return found?.[0] ?? null;
}

function dress(wanted: Wanted, botId: string, refused: ReadonlySet<Decoration>) {
  const fitted = refused.has('buttons') ? null : toKeyboard(wanted.buttons, botId);
  const cards = refused.has('cards') ? null : toAttach(wanted.cards);
  const attach = cards?.attach ?? null;
  const isWordless = wanted.text.trim() === '' && (wanted.needsWords || attach === null);
  const body = isWordless
    ? wordsFor(wanted, attach === null)
        .slice(0, maxTextLength)
        .toWellFormed()
    : wanted.text;
  const { text, isShort } = withLines(body, fitted?.lines ?? []);
  const cut: Decoration[] = [
    ...(fitted?.isCut === true || isShort ? (['buttons'] as const) : []),
    ...(cards?.isCut === true ? (['cards'] as const) : []),
  ];
  const dressed: Dressed = {
    text: escapeBb(text),
    keyboard: fitted?.keyboard ?? null,
    attach,
    quoteOf: refused.has('quote') || wanted.quoteOf === null ? null : Number(wanted.quoteOf),
  };
  return { dressed, cut };
}

/** Cards that cannot be sent are written as text. */
function wordsFor({ cards, buttons }: Wanted, isCardless: boolean): string {
  const titles = cards.map(({ title }) => title.trim()).filter((title) => title !== '');
  if (isCardless && cards.length > 0) return cards.map(cardTexts).join('\n\n').trim() || nothingToSay;
  return titles[0] ?? buttons.map(({ label }) => label.trim()).find((label) => label !== '') ?? nothingToSay;
}

const nothingToSay = '…';

function cardTexts({ title, url, facts }: Card): string {
  return [title, ...(url === null ? [] : [url]), ...facts.map(({ name, value }) => `${name}: ${value}`)].join('\n');
}

function withLines(body: string, lines: readonly string[]): { text: string; isShort: boolean } {
  let text = body;
  for (const line of lines) {
    if (text.length + line.length + 1 > maxTextLength) return { text, isShort: true };
    text = `${text}\n${line}`;
  }
  return { text, isShort: false };
}
