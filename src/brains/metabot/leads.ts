/** Which lead of Metabot belongs to which conversation. The script matches or creates leads; the leads it names are stored here. */
import { z } from 'zod';
import type { ConnectorState } from '../../core/connector-tools.ts';

/** A positive integer, also written as text: an id of Metabot. */
export const leadId = z.preprocess(
  (given) => (typeof given === 'string' && /^\d{1,16}$/.test(given) ? Number(given) : given),
  z.int().min(1),
);

const conversationShape = z.object({ lead: z.int().nullable() });
/** Null: several conversations have the lead, so it names none of them. */
const leadShape = z.object({ ref: z.string().nullable() });

/** Longer than people usually wait before they write again. */
const keepDays = 400;

/** The map of one connection; leads of other connections are unknown here. */
export interface Leads {
  /** The lead of the conversation, or null. From this call on, the conversation is known. */
  of(ref: string): Promise<number | null>;
  /** Stores the lead that the script named for this conversation. No effect if the conversation is not known. */
  learn(ref: string, lead: number): Promise<void>;
  /** The only conversation that has the lead. */
  conversationOf(lead: number): Promise<{ readonly ref: string } | 'none' | 'several'>;
}

export function createLeads(state: ConnectorState): Leads {
  const ofConversation = (ref: string): string => `lead:${ref}`;
  const ofLead = (lead: number): string => `of-lead:${lead}`;

  async function read<S extends z.ZodType>(key: string, shape: S): Promise<z.output<S> | null> {
    const stored = shape.safeParse(await state.get(key));
    return stored.success ? stored.data : null;
  }

  /** Of two conversations that learn the same lead at once, one claims it and the other sees that. */
  async function take(lead: number, ref: string): Promise<void> {
    if (await state.claim(ofLead(lead), { ref }, keepDays * 86_400)) return;
    const holder = await read(ofLead(lead), leadShape);
    if (holder?.ref !== ref) await state.put(ofLead(lead), { ref: null }, keepDays);
  }

  async function release(lead: number, ref: string): Promise<void> {
    const holder = await read(ofLead(lead), leadShape);
    if (holder?.ref === ref) await state.forget(ofLead(lead));
  }

  return {
    async of(ref) {
      const known = await read(ofConversation(ref), conversationShape);
      if (known === null) await state.put(ofConversation(ref), { lead: null }, keepDays);
      return known?.lead ?? null;
    },
    async learn(ref, lead) {
      const known = await read(ofConversation(ref), conversationShape);
      if (known === null || known.lead === lead) return;
      if (known.lead !== null) await release(known.lead, ref);
      await take(lead, ref);
      await state.put(ofConversation(ref), { lead }, keepDays);
    },
    async conversationOf(lead) {
      const holder = await read(ofLead(lead), leadShape);
      if (holder === null) return 'none';
      return holder.ref === null ? 'several' : { ref: holder.ref };
    },
  };
}
