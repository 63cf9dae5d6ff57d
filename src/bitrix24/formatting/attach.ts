/** Cards in Bitrix24's ATTACH form (dossier §9.3). */
import type { Card } from '../../core/events.ts';

/** Serialised ATTACH may have fewer than this many characters; what does not fit is left out, the text above it stays. */
const maxAttachLength = 60_000;

/** The blocks of some cards, or null when there are none. */
export function toAttach(cards: readonly Card[]): Readonly<Record<string, unknown>> | null {
  const blocks: Readonly<Record<string, unknown>>[] = [];
  for (const [index, card] of cards.entries()) {
    const added = [...(index === 0 ? [] : [{ DELIMITER: { SIZE: 200, COLOR: '#c6c6c6' } }]), ...blocksOf(card)];
    if (JSON.stringify([...blocks, ...added]).length >= maxAttachLength - 100) break;
    blocks.push(...added);
  }
  return blocks.length === 0 ? null : { ID: 1, COLOR_TOKEN: 'base', BLOCKS: blocks };
}

function blocksOf(card: Card): Readonly<Record<string, unknown>>[] {
  const title =
    card.url === null ? { MESSAGE: `[b]${card.title}[/b]` } : { LINK: { NAME: card.title, LINK: card.url } };
  const image = card.image === null ? [] : [{ IMAGE: { LINK: card.image, NAME: card.title } }];
  const facts = card.facts.map(({ name, value }) => ({ NAME: name, VALUE: value, DISPLAY: 'ROW' }));
  return [title, ...image, ...(facts.length === 0 ? [] : [{ GRID: facts }])];
}
