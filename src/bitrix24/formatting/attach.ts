/**
 * Cards in Bitrix24's ATTACH format (docs/platform-notes/bitrix24.md#cards). Their texts come from outside and are escaped like any text.
 */
import type { Card } from '../../core/events.ts';
import { publicLink } from './addresses.ts';
import { escapeBb } from './bb-code.ts';

/** Serialised ATTACH must have fewer characters than this; cards that do not fit are left out, the message's text is kept. */
const maxAttachLength = 60_000;

/** The longest title, name or value of a card, in characters; the message's own text repeats longer ones. */
const maxWords = 1_000;

/** Rows of one card. */
const maxFacts = 100;

export interface FittedCards {
  /** Null when there are no cards, or none of them fits. */
  readonly attach: Readonly<Record<string, unknown>> | null;
  /** A card, or a part of one, was left out: text or rows beyond the limits, or an address that is not public. */
  readonly isCut: boolean;
}

/** The blocks of the cards. */
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
  const isNotPublic = (address: string | null): boolean => address !== null && publicLink(address) === null;
  const isTall = facts.length > maxFacts || facts.some(({ name, value }) => isLong(name) || isLong(value));
  return isTall || isLong(title) || isNotPublic(url) || isNotPublic(image);
}

function blocksOf(card: Card): Readonly<Record<string, unknown>>[] {
  const name = cardText(card.title);
  const url = publicLink(card.url);
  const picture = publicLink(card.image);
  const title = url === null ? { MESSAGE: `[b]${name}[/b]` } : { LINK: { NAME: name, LINK: url } };
  const image = picture === null ? [] : [{ IMAGE: { LINK: picture, NAME: name } }];
  const facts = card.facts
    .slice(0, maxFacts)
    .map((fact) => ({ NAME: cardText(fact.name), VALUE: cardText(fact.value), DISPLAY: 'ROW' }));
  return [title, ...image, ...(facts.length === 0 ? [] : [{ GRID: facts }])];
}

function cardText(text: string): string {
  return escapeBb(text.slice(0, maxWords).toWellFormed());
}
