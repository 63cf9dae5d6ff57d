/** Cards in Bitrix24's ATTACH form (dossier §9.3). What they say comes from outside, so it is escaped like any text. */
import type { Card } from '../../core/events.ts';
import { publicLink } from './addresses.ts';
import { escapeBb } from './bb-code.ts';

/** Serialised ATTACH may have fewer than this many characters; what does not fit is left out, the text above it stays. */
const maxAttachLength = 60_000;

/** Longest title, name or value of a card, in characters: more is no card any more, and the message's own text says it too. */
const maxWords = 1_000;

/** Rows of one card. */
const maxFacts = 100;

/** The blocks of some cards, or null when there are none. */
export function toAttach(cards: readonly Card[]): Readonly<Record<string, unknown>> | null {
  const blocks: Readonly<Record<string, unknown>>[] = [];
  let length = 100;
  for (const [index, card] of cards.entries()) {
    const added = [...(index === 0 ? [] : [{ DELIMITER: { SIZE: 200, COLOR: '#c6c6c6' } }]), ...blocksOf(card)];
    length += JSON.stringify(added).length;
    if (length >= maxAttachLength) break;
    blocks.push(...added);
  }
  return blocks.length === 0 ? null : { ID: 1, COLOR_TOKEN: 'base', BLOCKS: blocks };
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
