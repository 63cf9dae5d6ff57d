/** Finds the ends of tags whose content is not read, such as code; each ending is looked at once. */
export class RawEnds {
  readonly #ends: (readonly [at: number, end: RegExpExecArray])[] = [];
  #next = 0;

  /** @param tags all tags of a text in order; each match holds the whole tag, the slash of an ending, and the name */
  constructor(tags: readonly RegExpExecArray[], key: string) {
    for (const [at, tag] of tags.entries()) {
      if (tag[1] === '/' && tag[2]?.toLowerCase() === key) this.#ends.push([at, tag]);
    }
  }

  /** The ending after the tag with this index; null: there is none. Call it with growing indexes only. */
  after(at: number): RegExpExecArray | null {
    while ((this.#ends[this.#next]?.[0] ?? at + 1) <= at) this.#next += 1;
    return this.#ends[this.#next]?.[1] ?? null;
  }
}
