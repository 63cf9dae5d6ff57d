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
  const senders = new Map<string, Sender>();
  let held = 0;
  /** Memory is freed in steps: one search for the largest sender serves many bodies. */
  const stepBytes = Math.ceil(capacityBytes / 8);

  /** Removes it from the bodies that may be dropped. */
  function settle(body: Body): void {
    const sender = senders.get(body.sender);
    if (sender?.bodies.delete(body) !== true) return;
    sender.bytes -= body.bytes;
    if (sender.bodies.size === 0) senders.delete(body.sender);
  }

  function close(body: Body): void {
    if (!body.isOpen) return;
    settle(body);
    held -= body.bytes;
    body.isOpen = false;
  }

  function freeMemory(bytes: number, asking: Body): void {
    const aim = Math.max(0, capacityBytes - Math.max(bytes, stepBytes));
    while (held > aim) {
      const victim = oldestOfHeaviest(asking);
      if (victim === undefined) return;
      close(victim);
      victim.drop();
    }
  }

  function oldestOfHeaviest(asking: Body): Body | undefined {
    let most = 0;
    let heaviest: Sender | undefined;
    for (const sender of senders.values()) {
      const bytes = sender.bodies.has(asking) ? sender.bytes - asking.bytes : sender.bytes;
      if (bytes > most) [most, heaviest] = [bytes, sender];
    }
    for (const body of heaviest?.bodies ?? []) if (body !== asking) return body;
    return undefined;
  }

  function take(body: Body, bytes: number): boolean {
    if (!body.isOpen) return false;
    if (held + bytes > capacityBytes) freeMemory(bytes, body);
    if (held + bytes > capacityBytes) return false;
    held += bytes;
    body.bytes += bytes;
    const sender = senders.get(body.sender);
    if (sender?.bodies.has(body) === true) sender.bytes += bytes;
    return true;
  }

  return {
    open(name, drop) {
      const body: Body = { sender: name, drop, bytes: 0, isOpen: true };
      const sender = senders.get(name) ?? { bytes: 0, bodies: new Set<Body>() };
      senders.set(name, sender);
      sender.bodies.add(body);
      return { take: (bytes) => take(body, bytes), complete: () => settle(body), close: () => close(body) };
    },
    usedBytes: () => held,
  };
}
