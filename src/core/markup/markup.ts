/**
 * A formatted text as a small tree, whatever language it was written in. Readers make the tree from BB code, Markdown or HTML; renderers
 * write it in any of them, or as plain text. The tree cannot express what nobody may do: mention everybody, or open a `javascript:` link.
 */

/** Formatting around text; size and colour are kept for Bitrix24 and HTML. */
export type StyledNode =
  | { readonly type: 'bold' | 'italic' | 'underline' | 'strike'; readonly children: Markup }
  /** 8 to 30 pixels. */
  | { readonly type: 'size'; readonly px: number; readonly children: Markup }
  /** `#rgb` or `#rrggbb`. */
  | { readonly type: 'color'; readonly hex: string; readonly children: Markup };

/** Text that leads somewhere or does something. The children are its label and may be empty. */
export type LinkedNode =
  /** An `http:` or `https:` address. */
  | { readonly type: 'link'; readonly url: string; readonly children: Markup }
  | { readonly type: 'call'; readonly phone: string; readonly children: Markup }
  /** A mention of one user of the portal, by the digits of the id. */
  | { readonly type: 'user'; readonly id: string; readonly children: Markup }
  /** A chat of the portal: digits, or `imol|` and digits for an Open Channel. */
  | { readonly type: 'chat'; readonly id: string; readonly children: Markup }
  /** A message of the portal: `chat123/456`, or `5:27/456` in a private chat. */
  | { readonly type: 'context'; readonly target: string; readonly children: Markup }
  /** A press sends the value as the reader's message, or puts it into the reader's text field. */
  | { readonly type: 'press'; readonly does: 'send' | 'put'; readonly value: string; readonly children: Markup };

/** Nodes without children. */
export type LeafNode =
  | { readonly type: 'text'; readonly text: string }
  /** A block stands on lines of its own. */
  | { readonly type: 'code'; readonly isBlock: boolean; readonly text: string }
  | { readonly type: 'image'; readonly url: string; readonly size: ImageSize; readonly label: string }
  | { readonly type: 'icon'; readonly url: string; readonly px: number; readonly title: string }
  /** Unix seconds; Bitrix24 shows them in the reader's time zone. */
  | { readonly type: 'timestamp'; readonly seconds: number; readonly format: string }
  /** A file on Bitrix24's Drive. */
  | { readonly type: 'disk'; readonly id: string };

/** Nodes that stand on lines of their own; one line break separates them from what precedes and what follows. */
export type BlockNode =
  /** Quoted lines, or (`isWhole`) a whole quoted message between rules. */
  | { readonly type: 'quote'; readonly isWhole: boolean; readonly children: Markup }
  | { readonly type: 'heading'; readonly level: number; readonly children: Markup }
  /** `start`: the first number; null for a list without numbers. */
  | { readonly type: 'list'; readonly start: number | null; readonly items: readonly Markup[] };

export type MarkupNode = StyledNode | LinkedNode | LeafNode | BlockNode;
export type Markup = readonly MarkupNode[];
export type ImageSize = 'small' | 'medium' | 'large';

/** The languages in which a brain may write its texts, and may ask for messages. */
export type TextForm = 'plain' | 'markdown' | 'html' | 'bbcode';

/** Deeper nesting is read as plain text: no chat shows it. */
export const maxDepth = 16;

/** Whether the node begins and ends with a line break. */
export function isBlockNode(node: MarkupNode): boolean {
  return (
    node.type === 'quote' || node.type === 'heading' || node.type === 'list' || (node.type === 'code' && node.isBlock)
  );
}

/** A text without formatting. */
export function plainMarkup(text: string): Markup {
  return text === '' ? [] : [{ type: 'text', text }];
}

/** The tree without the blanks at its beginning and its end. */
export function trimMarkup(nodes: Markup): Markup {
  const trimmed = nodes.slice();
  while (trimmed[0]?.type === 'text') {
    const text = trimmed[0].text.trimStart();
    if (text !== '') {
      trimmed[0] = { type: 'text', text };
      break;
    }
    trimmed.shift();
  }
  for (let last = trimmed.at(-1); last?.type === 'text'; last = trimmed.at(-1)) {
    const text = last.text.trimEnd();
    trimmed.pop();
    if (text === '') continue;
    trimmed.push({ type: 'text', text });
    break;
  }
  return trimmed;
}

/** Whether there is anything but text in it. */
export function isFormatted(nodes: Markup): boolean {
  return nodes.some(({ type }) => type !== 'text');
}

/** The parts of a text that stand on lines of their own: runs of inline nodes, and single blocks. */
export function linesOf(nodes: Markup): readonly Markup[] {
  const parts: MarkupNode[][] = [];
  let isInline = false;
  for (const node of nodes) {
    const isBlock = isBlockNode(node);
    if (!isBlock && isInline) parts.at(-1)?.push(node);
    else parts.push([node]);
    isInline = !isBlock;
  }
  return parts;
}
