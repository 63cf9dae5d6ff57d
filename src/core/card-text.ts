/** Cards as text, for readers who see no cards. */
import type { Card, CardBlock } from './decorations.ts';

export function cardText(card: Card): string {
  const facts = card.facts.map(factText);
  const blocks = (card.blocks ?? []).map(blockText);
  return [card.title, ...facts, ...blocks, ...(card.url === null ? [] : [card.url])]
    .filter((line) => line !== '')
    .join('\n');
}

function factText({ name, value }: { readonly name: string; readonly value: string }): string {
  return name === '' ? value : `${name}: ${value}`;
}

function blockText(block: CardBlock): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'link':
      return [named(block.name, block.url), block.description ?? ''].filter((line) => line !== '').join('\n');
    case 'person':
      return block.leadsTo !== undefined && 'url' in block.leadsTo ? named(block.name, block.leadsTo.url) : block.name;
    case 'facts':
      return block.facts
        .map((fact) => [factText(fact), fact.url ?? ''].filter((part) => part !== '').join(' '))
        .join('\n');
    case 'image':
    case 'file':
      return named(block.name ?? '', block.url);
    case 'divider':
      return '';
  }
}

function named(name: string, url: string): string {
  return name === '' || name === url ? url : `${name}: ${url}`;
}
