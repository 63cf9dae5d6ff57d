/** Runs the BB-code renderer of the sandbox's chat page without a browser, and returns what it rendered. */
import { pathToFileURL } from 'node:url';

class FakeNode {
  readonly children: (FakeNode | string)[] = [];
  readonly style: Record<string, string> = {};
  href = '';
  target = '';
  rel = '';
  className = '';

  readonly tag: string;

  constructor(tag: string) {
    this.tag = tag;
  }

  append(...added: (FakeNode | string)[]): void {
    for (const one of added) {
      if (one instanceof FakeNode && one.tag === '#fragment') this.children.push(...one.children);
      else this.children.push(one);
    }
  }

  replaceChildren(...added: (FakeNode | string)[]): void {
    this.children.length = 0;
    this.append(...added);
  }

  get textContent(): string {
    return this.children.map((one) => (typeof one === 'string' ? one : one.textContent)).join('');
  }

  set textContent(text: string) {
    this.replaceChildren(text);
  }
}

class FakeAnchor extends FakeNode {}

const fakes = {
  HTMLAnchorElement: FakeAnchor,
  document: {
    createElement: (tag: string) => (tag === 'a' ? new FakeAnchor(tag) : new FakeNode(tag)),
    createDocumentFragment: () => new FakeNode('#fragment'),
  },
};

export interface Rendered {
  /** Names of the elements made from markup, without links whose text is just their address. */
  readonly elements: readonly string[];
  readonly text: string;
}

/** Loads the renderer of a whole message. */
export async function openTagReader(): Promise<(source: string) => Rendered> {
  Object.assign(globalThis, fakes);
  const file = new URL('../../sandbox/bitrix24/page/bb-code.js', import.meta.url);
  const page: unknown = await import(pathToFileURL(file.pathname).href);
  if (!hasRenderer(page)) throw new Error('the chat page has no messageBody');
  return (source) => {
    const body = page.messageBody(source);
    const elements: string[] = [];
    // The body and its paragraphs do not come from markup.
    for (const block of body.children) if (block instanceof FakeNode) collect(block, elements, block.tag === 'div');
    return { elements, text: body.textContent };
  };
}

function hasRenderer(page: unknown): page is { readonly messageBody: (source: string) => FakeNode } {
  return typeof page === 'object' && page !== null && 'messageBody' in page && typeof page.messageBody === 'function';
}

function collect(node: FakeNode, elements: string[], isBlock: boolean): void {
  const isBareLink = node instanceof FakeAnchor && node.href === node.textContent;
  if (!isBlock && !isBareLink) elements.push(node.tag);
  for (const child of node.children) if (child instanceof FakeNode) collect(child, elements, false);
}
