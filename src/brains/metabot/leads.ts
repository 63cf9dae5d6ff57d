/** Which lead of Metabot belongs to which conversation. The script matches or creates leads; what it says is remembered here. */
import { z } from 'zod';
import type { IngressResult } from '../../core/connector.ts';
import type { ConnectorState } from '../../core/connector-tools.ts';

/** A positive integer; Metabot's ids, also written as text. */
export const leadId = z.preprocess(
  (given) => (typeof given === 'string' && /^\d{1,16}$/.test(given) ? Number(given) : given),
  z.int().min(1),
);

const knownSchema = z.object({ lead: z.int().nullable() });

/** Longer than people usually wait before they write again. */
const keepDays = 400;

type Kept = Extract<IngressResult, { accept: unknown }>['keep'];

/** The map of one connection; leads of other connections are unknown here. */
export interface Leads {
  /** The lead of the conversation, null without one. From now on the conversation is known. */
  of(ref: string): Promise<number | null>;
  /** The script named the lead of this conversation. */
  learn(ref: string, lead: number): Promise<void>;
  /** What to store for a lead that a webhook named; empty for a conversation that is not known, and if nothing changed. */
  toKeep(ref: string, lead: number): Promise<NonNullable<Kept>>;
  /** The conversations of a lead, at most two: a lead of several cannot stand for one of them. */
  conversationsOf(lead: number): Promise<readonly string[]>;
}

export function createLeads(state: ConnectorState): Leads {
  const ofConversation = (ref: string): string => `lead:${ref}`;
  const ofLead = (lead: number, ref: string): string => `of-lead:${lead}:${ref}`;

  async function find(ref: string): Promise<z.output<typeof knownSchema> | null> {
    const stored = knownSchema.safeParse(await state.get(ofConversation(ref)));
    return stored.success ? stored.data : null;
  }

  async function toKeep(ref: string, lead: number): Promise<NonNullable<Kept>> {
    const known = await find(ref);
    if (known === null || known.lead === lead) return [];
    return [
      { key: ofLead(lead, ref), value: ref },
      { key: ofConversation(ref), value: { lead } },
      ...(known.lead === null ? [] : [{ key: ofLead(known.lead, ref), value: null }]),
    ];
  }

  return {
    async of(ref) {
      const known = await find(ref);
      if (known === null) await state.put(ofConversation(ref), { lead: null }, keepDays);
      return known?.lead ?? null;
    },
    async learn(ref, lead) {
      for (const { key, value } of await toKeep(ref, lead)) {
        await (value === null ? state.forget(key) : state.put(key, value, keepDays));
      }
    },
    toKeep,
    async conversationsOf(lead) {
      const found = await state.list(`of-lead:${lead}:`);
      return found.slice(0, 2).flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
    },
  };
}
