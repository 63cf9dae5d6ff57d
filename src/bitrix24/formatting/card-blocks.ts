/** The parts of a card as blocks of Bitrix24's ATTACH format. */
import type { CardBlock, CardFact, PersonTarget } from '../../core/decorations.ts';
import { escapeBb } from '../../core/markup/bb-escape.ts';
import { publicLink } from './addresses.ts';
import { colorFields, isUnknownColor } from './colors.ts';

/** The longest title, name or value of a card, in characters; the message's own text repeats those that are longer. */
const maxWords = 1_000;

/** The longest text block. */
const maxText = 5_000;

/** Rows of one block. */
const maxFacts = 100;

export interface BlockParts {
  readonly blocks: readonly Readonly<Record<string, unknown>>[];
  /** Something was shortened, or left out. */
  readonly isCut: boolean;
}

export const noParts: BlockParts = { blocks: [], isCut: false };

const leftOut: BlockParts = { blocks: [], isCut: true };

/** A text of a card. */
export function cardText(text: string): string {
  return escapeBb(text.slice(0, maxWords).toWellFormed());
}

/** Whether `cardText` shortens it. */
export function isLong(text: string): boolean {
  return text.length > maxWords;
}

export function blockParts(block: CardBlock): BlockParts {
  switch (block.type) {
    case 'text': {
      const text = escapeBb(block.text.slice(0, maxText).toWellFormed());
      return text.trim() === '' ? noParts : whole({ MESSAGE: text }, block.text.length > maxText);
    }
    case 'link':
      return linkParts(block);
    case 'person':
      return personParts(block);
    case 'facts':
      return factsParts(block.facts, block.display.toUpperCase());
    case 'image': {
      const link = publicLink(block.url);
      if (link === null) return leftOut;
      const preview = optionalLink('PREVIEW', block.preview);
      return whole({ IMAGE: { LINK: link, ...named(block.name), ...preview, ...sizeOf(block) } });
    }
    case 'file': {
      const link = publicLink(block.url);
      return link === null
        ? leftOut
        : whole({ FILE: { LINK: link, ...named(block.name), ...count('SIZE', block.size) } });
    }
    case 'divider': {
      const size = { SIZE: 200, ...count('SIZE', block.width) };
      return whole({ DELIMITER: { ...size, ...colorFields(block.color, 'COLOR', '') } }, isUnknownColor(block.color));
    }
  }
}

function whole(block: Readonly<Record<string, unknown>>, isCut = false): BlockParts {
  return { blocks: [block], isCut };
}

function linkParts(block: CardBlock & { readonly type: 'link' }): BlockParts {
  const link = publicLink(block.url);
  if (link === null) return leftOut;
  const { description = '' } = block;
  const text = description.trim() === '' ? {} : { DESC: cardText(description) };
  const preview = optionalLink('PREVIEW', block.preview);
  const isShort = isLong(block.name) || isLong(description) || (block.preview !== undefined && !('PREVIEW' in preview));
  const size = 'PREVIEW' in preview ? sizeOf(block) : {};
  return whole({ LINK: { LINK: link, ...named(block.name), ...text, ...preview, ...size } }, isShort);
}

function personParts({ name, avatar, leadsTo }: CardBlock & { readonly type: 'person' }): BlockParts {
  if (name.trim() === '') return leftOut;
  const target = leadsTo === undefined ? {} : targetOf(leadsTo);
  const isShort = isLong(name) || (leadsTo !== undefined && Object.keys(target).length === 0);
  return whole({ USER: { NAME: cardText(name), ...optionalLink('AVATAR', avatar), ...target } }, isShort);
}

function targetOf(target: PersonTarget): Readonly<Record<string, string | number>> {
  if ('userId' in target) return id('USER_ID', target.userId);
  if ('chatId' in target) return id('CHAT_ID', target.chatId);
  return 'botId' in target ? id('BOT_ID', target.botId) : optionalLink('LINK', target.url);
}

function factsParts(facts: readonly CardFact[], display: string): BlockParts {
  const rows = facts
    .slice(0, maxFacts)
    .filter(({ name, value }) => name.trim() !== '' || value.trim() !== '')
    .map((fact) => ({
      NAME: cardText(fact.name),
      VALUE: cardText(fact.value),
      DISPLAY: display,
      ...colorFields(fact.color, 'COLOR', 'COLOR_TOKEN'),
      ...optionalLink('LINK', fact.url),
      ...id('USER_ID', fact.userId),
      ...id('CHAT_ID', fact.chatId),
      ...sizeOf(fact),
    }));
  const isShort =
    facts.length > maxFacts || facts.some((fact) => isLong(fact.name) || isLong(fact.value) || hasLost(fact));
  return rows.length === 0 ? noParts : whole({ GRID: rows }, isShort);
}

function hasLost({ url, color }: CardFact): boolean {
  return (url !== undefined && publicLink(url) === null) || isUnknownColor(color);
}

function named(name: string | undefined): { readonly NAME?: string } {
  return name === undefined || name.trim() === '' ? {} : { NAME: cardText(name) };
}

function optionalLink(key: string, address: string | undefined): Readonly<Record<string, string>> {
  const link = address === undefined ? null : publicLink(address);
  return link === null ? {} : { [key]: link };
}

function id(key: string, value: string | undefined): Readonly<Record<string, number>> {
  return value !== undefined && /^[1-9]\d{0,14}$/.test(value) ? { [key]: Number(value) } : {};
}

function sizeOf({ width, height }: { readonly width?: number; readonly height?: number }) {
  return { ...count('WIDTH', width), ...count('HEIGHT', height) };
}

function count(key: string, value: number | undefined): Readonly<Record<string, number>> {
  return value !== undefined && Number.isInteger(value) && value > 0 ? { [key]: value } : {};
}
