/** SQL to follow `from`, which finds dead letters by their indexes; a further condition may follow it. */

export const stuckInbox = `inbox_outcome join inbox using (portal, lane, seq) where state = 'dead_letter'`;
export const stuckOutbox = `outbox where state in ('dead_letter', 'unknown')`;
