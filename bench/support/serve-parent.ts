/** The child's side of child.ts: reports that it is ready, executes orders, and ends with its parent. */
import { z } from 'zod';

const orderSchema = z.object({ id: z.number(), order: z.string(), input: z.unknown() });

export type Orders = Readonly<Record<string, (input: unknown) => Promise<unknown>>>;

/** Call it once, when the child is ready. */
export function serveParent(port: number | null, orders: Orders = {}): void {
  // When the parent is killed, its children end too.
  process.on('disconnect', () => process.exit(0));
  process.on('message', (raw) => void executeOrder(orders, raw));
  process.send?.({ ready: { port } });
}

async function executeOrder(orders: Orders, raw: unknown): Promise<void> {
  const { id, order, input } = orderSchema.parse(raw);
  try {
    const work = orders[order];
    if (work === undefined) throw new Error(`no such order: ${order}`);
    process.send?.({ id, result: await work(input) });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
