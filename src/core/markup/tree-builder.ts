/**
 * Builds a tree from the texts, openings and endings that a reader finds, one after the other. Every reader uses it, so all of them treat
 * unpaired and crossing tags alike and are bounded alike: an opening without an end is shown as it was written.
 */
import { type Markup, type MarkupNode, maxDepth } from './markup.ts';

/** Makes the node from what stands between an opening and its end; empty: nothing is shown. */
export type MakeNode = (children: Markup) => Markup;

interface Frame {
  readonly key: string;
  /** How the opening was written. */
  readonly literal: string;
  readonly make: MakeNode;
  readonly nodes: MarkupNode[];
}

export class TreeBuilder {
  readonly #frames: Frame[] = [{ key: '', literal: '', make: (children) => children, nodes: [] }];
  readonly #open = new Map<string, number>();
  /** Endings that are still to come, by key. */
  readonly #endings: Map<string, number>;
  /** Endings to be skipped: their tag was ended earlier because it crossed another one. */
  readonly #skipped = new Map<string, number>();

  /** Openings that were too deep, by key: their endings are shown as well. */
  readonly #tooDeep = new Map<string, number>();

  /** @param endings how many endings of each key will follow; a tag that crosses another one is then ended with it instead of shown */
  constructor(endings: ReadonlyMap<string, number> = new Map()) {
    this.#endings = new Map(endings);
  }

  text(text: string): void {
    if (text === '') return;
    const nodes = this.#top().nodes;
    const last = nodes.at(-1);
    if (last?.type === 'text') nodes[nodes.length - 1] = { type: 'text', text: last.text + text };
    else nodes.push({ type: 'text', text });
  }

  leaf(node: MarkupNode): void {
    this.#add([node]);
  }

  isOpen(key: string): boolean {
    return (this.#open.get(key) ?? 0) > 0;
  }

  /** The node before the current position; undefined at the beginning of what was opened last. */
  last(): MarkupNode | undefined {
    return this.#top().nodes.at(-1);
  }

  /** Beyond the deepest nesting the opening is shown as it was written, and false is returned. */
  open(key: string, literal: string, make: MakeNode): boolean {
    if (this.#frames.length > maxDepth) {
      this.#count(this.#tooDeep, key, 1);
      this.text(literal);
      return false;
    }
    this.#count(this.#open, key, 1);
    this.#frames.push({ key, literal, make, nodes: [] });
    return true;
  }

  /** Which of these keys was opened last and is still open; null: none. */
  innermost(keys: readonly string[]): string | null {
    return this.#frames.findLast(({ key }) => keys.includes(key))?.key ?? null;
  }

  /** Shows the innermost opening of that key as it was written, because it has no end. Everything opened inside it is closed too. */
  abandon(key: string): void {
    while (this.isOpen(key)) {
      const isIt = this.#top().key === key;
      this.#leave();
      if (isIt) return;
    }
  }

  /**
   * Ends the innermost opening of that key; without one, the ending is shown as it was written.
   *
   * @param make replaces the opening's own `make`, if only the ending decides what to make
   */
  close(key: string, literal: string, make?: MakeNode): void {
    this.#count(this.#endings, key, -1);
    if ((this.#tooDeep.get(key) ?? 0) > 0) {
      this.#count(this.#tooDeep, key, -1);
      this.text(literal);
      return;
    }
    if (this.isOpen(key)) {
      while (this.#top().key !== key) this.#leave();
      this.#end(make);
      return;
    }
    if ((this.#skipped.get(key) ?? 0) > 0) this.#count(this.#skipped, key, -1);
    else this.text(literal);
  }

  /** The whole tree; openings that were never ended are shown as they were written. */
  finish(): Markup {
    while (this.#frames.length > 1) this.#leave();
    return this.#top().nodes;
  }

  /** The whole tree; what was never ended ends here. */
  finishOpen(): Markup {
    while (this.#frames.length > 1) this.#end();
    return this.#top().nodes;
  }

  #top(): Frame {
    const top = this.#frames.at(-1);
    if (top === undefined) throw new Error('a tree has no root');
    return top;
  }

  /** Ends the innermost opening without its ending. */
  #leave(): void {
    const { key, literal, nodes } = this.#top();
    if ((this.#endings.get(key) ?? 0) > (this.#skipped.get(key) ?? 0)) {
      this.#count(this.#skipped, key, 1);
      this.#end();
      return;
    }
    this.#frames.pop();
    this.#count(this.#open, key, -1);
    this.text(literal);
    this.#add(nodes);
  }

  #end(make?: MakeNode): void {
    const { key, make: made, nodes } = this.#top();
    this.#frames.pop();
    this.#count(this.#open, key, -1);
    this.#add((make ?? made)(nodes));
  }

  #add(nodes: Markup): void {
    for (const node of nodes) {
      if (node.type === 'text') this.text(node.text);
      else this.#top().nodes.push(node);
    }
  }

  #count(counts: Map<string, number>, key: string, by: number): void {
    counts.set(key, Math.max(0, (counts.get(key) ?? 0) + by));
  }
}
