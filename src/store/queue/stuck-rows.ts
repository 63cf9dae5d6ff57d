/** Where dead letters are, as the end of a `from` that finds them by their indexes; a further condition may follow. */

export const stuckInbox = `inbox_outcome join inbox using (portal, lane, seq) where state = 'dead_letter'`;
export const stuckOutbox = `outbox where state in ('dead_letter', 'unknown')`;
