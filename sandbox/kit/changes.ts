/** Tells the page of a fake server, and tests, that something in it has changed. */

export class Changes<Change> {
  readonly #listeners = new Set<(change: Change) => void>();

  readonly announce = (change: Change): void => {
    for (const listener of this.#listeners) listener(change);
  };

  /** Calls the listener for every change; returns a function that stops it. */
  on(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Removes all listeners. */
  clear(): void {
    this.#listeners.clear();
  }
}
