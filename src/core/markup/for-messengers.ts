/**
 * The part of a formatted text that reaches customers of an Open Channel: their messengers know styles and links at most. What only
 * Bitrix24 can show becomes words.
 */
import { linesOf, type Markup, type MarkupNode, plainMarkup } from './markup.ts';
import { renderPlain } from './render-plain.ts';

export function forMessengers(nodes: Markup): Markup {
  // Blocks become text, which unlike a block needs explicit line breaks.
  return linesOf(nodes).flatMap((part, index) => [
    ...(index > 0 ? plainMarkup('\n') : []),
    ...part.flatMap(simplified),
  ]);
}

function simplified(node: MarkupNode): Markup {
  switch (node.type) {
    case 'text':
      return [node];
    case 'bold':
    case 'italic':
    case 'underline':
    case 'strike':
    case 'link':
      return [{ ...node, children: forMessengers(node.children) }];
    case 'heading':
      return [{ type: 'bold', children: forMessengers(node.children) }];
    case 'size':
    case 'color':
      return forMessengers(node.children);
    case 'list':
      return node.items.flatMap((item, index) => [
        ...plainMarkup(`${index > 0 ? '\n' : ''}${node.start === null ? '•' : `${node.start + index}.`} `),
        ...forMessengers(item),
      ]);
    default:
      return plainMarkup(renderPlain([node]));
  }
}
