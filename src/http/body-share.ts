/**
 * A memory share for small request bodies. They are admitted at once; when the share is full, the sender that uses most of it loses its
 * oldest unfinished body. An honest body is complete within milliseconds, so the dropped one was being held back.
 */

/** One body, from its first byte until its request is answered. */
export interface BodyAccount {
  /** Takes so many more bytes; may drop other bodies. False: there is no memory, and the sender should repeat the request. */
  take(bytes: number): boolean;
  /** The body is complete: it is being processed and is no longer dropped for others. */
  complete(): void;
  /** Releases everything; repeatable. */
  close(): void;
}

export interface BodyShare {
  /** `drop` is called when the body must free its memory; its account is closed by then. */
  open(sender: string, drop: () => void): BodyAccount;
  usedBytes(): number;
}

interface Body {
  readonly sender: string;
  readonly drop: () => void;
  bytes: number;
  isOpen: boolean;
}

interface Sender {
  /** Bytes of its unfinished bodies. */
  bytes: number;
  /** Unfinished bodies, oldest first. */
  readonly bodies: Set<Body>;
}

export function createBodyShare(capacityBytes: number): BodyShare {
  return new Shares(capacityBytes);
}

class Shares implements BodyShare {
  readonly #capacityBytes: number;
  readonly #senders = new Map<string, Sender>();
  #held = 0;
  /** Memory is freed in steps: one search for the largest sender serves many bodies. */
  readonly #stepBytes: number;

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
    this.#stepBytes = Math.ceil(this.#capacityBytes / 8);
  }

  open(name: string, drop: () => void): BodyAccount {
    const body: Body = { sender: name, drop, bytes: 0, isOpen: true };
    const sender = this.#senders.get(name) ?? { bytes: 0, bodies: new Set<Body>() };
    this.#senders.set(name, sender);
    sender.bodies.add(body);
    return {
      take: (bytes) => this.#take(body, bytes),
      complete: () => this.#settle(body),
      close: () => this.#close(body),
    };
  }

  usedBytes(): number {
    return this.#held;
  }

  /** Removes the body from those that may be dropped. */
  #settle(body: Body): void {
    const sender = this.#senders.get(body.sender);
    if (sender?.bodies.delete(body) !== true) return;
    sender.bytes -= body.bytes;
    if (sender.bodies.size === 0) this.#senders.delete(body.sender);
  }

  #close(body: Body): void {
    if (!body.isOpen) return;
    this.#settle(body);
    this.#held -= body.bytes;
    body.isOpen = false;
  }

  #makeRoom(bytes: number, asking: Body): void {
    const aim = Math.max(0, this.#capacityBytes - Math.max(bytes, this.#stepBytes));
    while (this.#held > aim) {
      const victim = this.#oldestOfHeaviest(asking);
      if (victim === undefined) return;
      this.#close(victim);
      victim.drop();
    }
  }

  #oldestOfHeaviest(asking: Body): Body | undefined {
    let most = 0;
    let heaviest: Sender | undefined;
    for (const sender of this.#senders.values()) {
      const bytes = sender.bodies.has(asking) ? sender.bytes - asking.bytes : sender.bytes;
      if (bytes > most) [most, heaviest] = [bytes, sender];
    }
    for (const body of heaviest?.bodies ?? []) if (body !== asking) return body;
    return undefined;
  }

  #take(body: Body, bytes: number): boolean {
    if (!body.isOpen) return false;
    if (this.#held + bytes > this.#capacityBytes) this.#makeRoom(bytes, body);
    if (this.#held + bytes > this.#capacityBytes) return false;
    this.#held += bytes;
    body.bytes += bytes;
    const sender = this.#senders.get(body.sender);
    if (sender?.bodies.has(body) === true) sender.bytes += bytes;
    return true;
  }
}
