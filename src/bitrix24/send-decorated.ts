/**
 * Sends a text with its decorations: a quote, buttons, cards. If a portal refuses the whole message because of one of them, the text is
 * sent without it at once. What was lost is returned to the caller.
 */

import { cardText } from '../core/card-text.ts';
import type { Button, Card } from '../core/decorations.ts';
import { AppError } from '../core/errors.ts';
import { escapeBb } from '../core/markup/bb-escape.ts';
import { toAttach } from './formatting/attach.ts';
import { portalText } from './formatting/bb-code.ts';
import { toKeyboard, toMenu } from './formatting/keyboard.ts';

export type Decoration = 'quote' | 'buttons' | 'cards' | 'menu';

export interface DecoratedMessage {
  readonly text: string;
  /** See `PortalAction`. */
  readonly form?: 'bbcode';
  readonly buttons: readonly Button[];
  /** Absent: no menu, or an unchanged one. */
  readonly menu?: readonly Button[];
  readonly cards: readonly Card[];
  readonly quoteOf: string | null;
  /**
   * The portal requires a text even beside cards: an older one refuses a message without text, and an edit without text deletes the
   * message.
   */
  readonly needsText: boolean;
}

/** The message as sent: escaped text, blank only beside cards, and the decorations in the portal's format; null for those it lacks. */
export interface PreparedMessage {
  readonly text: string;
  readonly keyboard: Readonly<Record<string, unknown>> | null;
  readonly attach: Readonly<Record<string, unknown>> | null;
  readonly menu: Readonly<Record<string, unknown>> | null;
  readonly quoteOf: number | null;
}

export interface SentDecorated<T> {
  readonly result: T;
  /** Decorations that were dropped, wholly or in part. */
  readonly lost: readonly Decoration[];
}

/** The longest text of a message; text lines that would exceed it are not added. */
const maxTextLength = 20_000;

/**
 * Error codes that blame a decoration; one build of the server puts PARAM_ before those of keyboards, cards and menus. For a quote, the
 * portal checks access to the quoted message.
 */
const decorationErrors: readonly (readonly [Decoration, RegExp])[] = [
  ['buttons', /^bitrix24\.(?:PARAM_)?KEYBOARD_/],
  ['cards', /^bitrix24\.(?:PARAM_)?ATTACH_/],
  ['menu', /^bitrix24\.(?:PARAM_)?MENU_/],
  ['quote', /^bitrix24\.(?:MESSAGE_NOT_FOUND|REPLY|MESSAGE_ACCESS_DENIED|ACCESS_DENIED$)/],
];

/** Calls `send` with everything, and again without each decoration that the portal refuses. Throws AppErrors that do not blame one. */
export async function sendDecorated<T>(
  wanted: DecoratedMessage,
  botId: string,
  send: (dressed: PreparedMessage) => Promise<T>,
): Promise<SentDecorated<T>> {
  const refused = new Set<Decoration>();
  for (;;) {
    const { dressed, cut } = prepareMessage(wanted, botId, refused);
    try {
      const result = await send(dressed);
      return { result, lost: [...new Set([...refused, ...cut])] };
    } catch (error) {
      const blamed = refusedDecoration(error, dressed);
      if (blamed === null) throw error;
      refused.add(blamed);
    }
  }
}

function refusedDecoration(error: unknown, dressed: PreparedMessage): Decoration | null {
  if (!(error instanceof AppError) || error.retry !== 'never') return null;
  const { keyboard: buttons, attach: cards, menu, quoteOf: quote } = dressed;
  const used = { buttons, cards, menu, quote };
  const found = decorationErrors.find(([decoration, codes]) => used[decoration] !== null && codes.test(error.code));
  return found?.[0] ?? null;
}

function prepareMessage(wanted: DecoratedMessage, botId: string, refused: ReadonlySet<Decoration>) {
  const fitted = refused.has('buttons') ? null : toKeyboard(wanted.buttons, botId);
  const cards = refused.has('cards') ? null : toAttach(wanted.cards);
  const attach = cards?.attach ?? null;
  const isWordless = wanted.text.trim() === '' && (wanted.needsText || attach === null);
  const body = isWordless
    ? fallbackText(wanted, attach === null)
        .slice(0, maxTextLength)
        .toWellFormed()
    : wanted.text;
  const { text, isShort } = withTextLines(escaped(body, isWordless ? undefined : wanted.form), fitted?.textLines ?? []);
  const menu = refused.has('menu') || wanted.menu === undefined ? null : toMenu(wanted.menu, botId);
  const cut: Decoration[] = [
    ...(fitted?.isCut === true || isShort ? (['buttons'] as const) : []),
    ...(cards?.isCut === true ? (['cards'] as const) : []),
    ...(menu?.isCut === true ? (['menu'] as const) : []),
  ];
  const dressed: PreparedMessage = {
    text,
    keyboard: fitted?.keyboard ?? null,
    attach,
    menu: menu?.menu ?? null,
    quoteOf: refused.has('quote') || wanted.quoteOf === null ? null : Number(wanted.quoteOf),
  };
  return { dressed, cut };
}

/** Cards that cannot be sent are written as text. */
function fallbackText({ cards, buttons }: DecoratedMessage, isCardless: boolean): string {
  const titles = cards.map(({ title }) => title.trim()).filter((title) => title !== '');
  if (isCardless && cards.length > 0) return cards.map(cardText).join('\n\n').trim() || placeholderText;
  return titles[0] ?? buttons.map(({ label }) => label.trim()).find((label) => label !== '') ?? placeholderText;
}

const placeholderText = '…';

function escaped(text: string, form: 'bbcode' | undefined): string {
  return form === undefined ? escapeBb(text) : portalText(text);
}

/** @param body escaped already; the lines are not */
function withTextLines(body: string, lines: readonly string[]): { text: string; isShort: boolean } {
  let text = body;
  for (const line of lines) {
    const added = escapeBb(line);
    if (text.length + added.length + 1 > maxTextLength) return { text, isShort: true };
    text = `${text}\n${added}`;
  }
  return { text, isShort: false };
}
