/** Cards in Bitrix24's ATTACH form. What they say comes from outside, so it is escaped like any text. */
import type { Card } from '../../core/events.ts';
import { publicLink } from './addresses.ts';
import { escapeBb } from './bb-code.ts';

/** Serialised ATTACH may have fewer than this many characters; what does not fit is left out, the text above it stays. */
const maxAttachLength = 60_000;

/** Longest title, name or value of a card, in characters: more is no card any more, and the message's own text says it too. */
const maxWords = 1_000;

/** Rows of one card. */
const maxFacts = 100;

export interface FittedCards {
  /** Null when there are no cards, or none of them fits. */
  readonly attach: Readonly<Record<string, unknown>> | null;
  /** A card was left out, or a part of one: words beyond what a card shows, rows, an address that nobody may be led to. */
  readonly isCut: boolean;
}

/** The blocks of some cards. */
export function toAttach(cards: readonly Card[]): FittedCards {
  const blocks: Readonly<Record<string, unknown>>[] = [];
  let length = 100;
  let isCut = cards.some(isShortened);
  for (const [index, card] of cards.entries()) {
    const added = [...(index === 0 ? [] : [{ DELIMITER: { SIZE: 200, COLOR: '#c6c6c6' } }]), ...blocksOf(card)];
    length += JSON.stringify(added).length;
    if (length >= maxAttachLength) {
      isCut = true;
      break;
    }
    blocks.push(...added);
  }
  return { attach: blocks.length === 0 ? null : { ID: 1, COLOR_TOKEN: 'base', BLOCKS: blocks }, isCut };
}

/** Whether `blocksOf` shows less of a card than it holds. */
function isShortened({ title, url, image, facts }: Card): boolean {
  const isLong = (text: string): boolean => text.length > maxWords;
  const isBarred = (address: string | null): boolean => address !== null && publicLink(address) === null;
  const isTall = facts.length > maxFacts || facts.some(({ name, value }) => isLong(name) || isLong(value));
  return isTall || isLong(title) || isBarred(url) || isBarred(image);
}

function blocksOf(card: Card): Readonly<Record<string, unknown>>[] {
  const name = words(card.title);
  const url = publicLink(card.url);
  const picture = publicLink(card.image);
  const title = url === null ? { MESSAGE: `[b]${name}[/b]` } : { LINK: { NAME: name, LINK: url } };
  const image = picture === null ? [] : [{ IMAGE: { LINK: picture, NAME: name } }];
  const facts = card.facts
    .slice(0, maxFacts)
    .map((fact) => ({ NAME: words(fact.name), VALUE: words(fact.value), DISPLAY: 'ROW' }));
  return [title, ...image, ...(facts.length === 0 ? [] : [{ GRID: facts }])];
}

function words(text: string): string {
  return escapeBb(text.slice(0, maxWords).toWellFormed());
}
