/** Tells whoever listens that something in a fake server has changed: its page, and tests. */

export class Changes<Change> {
  readonly #listeners = new Set<(change: Change) => void>();

  readonly announce = (change: Change): void => {
    for (const listener of this.#listeners) listener(change);
  };

  /** Calls back for every change; returns the way to stop. */
  on(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Nobody is told any more. */
  clear(): void {
    this.#listeners.clear();
  }
}
