/**
 * Cards in Bitrix24's ATTACH format (docs/platform-notes/bitrix24.md#cards). Their texts come from outside and are escaped like any text;
 * their addresses must be public.
 */
import type { Card } from '../../core/decorations.ts';
import { publicLink } from './addresses.ts';
import { type BlockParts, blockParts, cardText, isLong, noParts } from './card-blocks.ts';
import { colorFields } from './colors.ts';
import { maxStored, outerSize, storedSize } from './stored-size.ts';

/** Rows of one card. */
const maxFacts = 100;

/** Blocks of one card. */
const maxBlocks = 200;

export interface FittedCards {
  /** Null when there are no cards, or none of them fits. */
  readonly attach: Readonly<Record<string, unknown>> | null;
  /** A card, or a part of one, was left out: text or rows beyond the limits, or an address that is not public. */
  readonly isCut: boolean;
}

/** The blocks of the cards. A card that does not fit as a whole is left out, and so are those after it; the message's text is kept. */
export function toAttach(cards: readonly Card[]): FittedCards {
  const blocks: BlockParts['blocks'][number][] = [];
  let length = outerSize;
  let isCut = false;
  for (const [index, card] of cards.entries()) {
    const parts = partsOf(card);
    const added = [...(index === 0 ? [] : [{ DELIMITER: { SIZE: 200, COLOR: '#c6c6c6' } }]), ...parts.blocks];
    isCut ||= parts.isCut;
    length += storedSize(added);
    if (length >= maxStored) {
      isCut = true;
      break;
    }
    blocks.push(...added);
  }
  if (blocks.length === 0) return { attach: null, isCut };
  const color = { COLOR_TOKEN: 'base', ...colorFields(cards[0]?.color, 'COLOR', 'COLOR_TOKEN') };
  return { attach: { ID: 1, ...color, BLOCKS: blocks }, isCut };
}

function partsOf(card: Card): BlockParts {
  const { facts, blocks = [] } = card;
  const own = ownParts(card);
  const others = blocks.slice(0, maxBlocks).map(blockParts);
  return {
    blocks: [own, ...others].flatMap((part) => part.blocks),
    isCut: [own, ...others].some((part) => part.isCut) || facts.length > maxFacts || blocks.length > maxBlocks,
  };
}

/** The title, the picture and the facts. */
function ownParts({ title, url, image, facts }: Card): BlockParts {
  const name = cardText(title);
  const link = publicLink(url);
  const picture = publicLink(image);
  const isRefused = (url !== null && link === null) || (image !== null && picture === null);
  const head = link === null ? { MESSAGE: `[b]${name}[/b]` } : { LINK: { NAME: name, LINK: link } };
  const rows = facts.slice(0, maxFacts);
  const list = rows.length === 0 ? noParts : blockParts({ type: 'facts', display: 'row', facts: rows });
  return {
    blocks: [
      ...(name.trim() === '' && link === null ? [] : [head]),
      ...(picture === null ? [] : [{ IMAGE: { LINK: picture, NAME: name } }]),
      ...list.blocks,
    ],
    isCut: isRefused || list.isCut || isLong(title),
  };
}
