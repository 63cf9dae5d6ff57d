/** A brain that does what a test specifies, and functions that give it an account in a portal, so that its webhook endpoint can be used. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { echoBrain } from '../../src/brains/echo/echo-brain.ts';
import type { BrainAction } from '../../src/core/actions.ts';
import type { Brain } from '../../src/core/brain.ts';
import type { Capabilities, ConversationRef, Delivery } from '../../src/core/connector.ts';
import type { BrainEvent } from '../../src/core/events.ts';
import { createSealer, randomToken, sha256 } from '../../src/lib/encryption.ts';
import { openDatabase } from '../../src/store/database.ts';
import { addConnection } from '../../src/store/tenants/connections.ts';
import type { Bridge } from './bridge.ts';
import type { DatabaseProbe } from './database-probe.ts';

export type BrainMessage = BrainAction & { readonly type: 'message' };

export type BrainRequest = BrainAction & { readonly type: 'request' };

export interface BrainScript {
  /** Called for each delivered message; actions without a function here are accepted without an answer. */
  deliver(message: BrainMessage, to: ConversationRef, key: string, signal: AbortSignal): Promise<Delivery>;
  /** Called for each request. */
  request?(request: BrainRequest, to: ConversationRef): Promise<Delivery>;
  /** Called for each edit and deletion. */
  change?(change: BrainAction & { readonly type: 'edit' | 'delete' }): void;
  /** Called for each stored webhook body. */
  decode?(body: string): readonly BrainEvent[];
}

export interface ScriptedBrain {
  readonly brain: Brain;
  /** May be replaced while the app runs. */
  script: BrainScript;
}

/** The webhook body of a scripted brain. */
const webhookSchema = z.object({ ref: z.string(), id: z.string(), text: z.string() });

/**
 * @param name `echo` replaces the brain that new bots use by default
 * @param hasAccounts whether it needs a connection; then it has a webhook endpoint too
 */
export function scriptBrain(
  script: BrainScript,
  options: {
    readonly name?: string;
    readonly hasAccounts?: boolean;
    readonly capabilities?: Partial<Capabilities>;
    readonly parts?: Partial<Pick<Brain, 'requests' | 'commands' | 'pace' | 'counters' | 'figures' | 'configSchema'>>;
  } = {},
): ScriptedBrain {
  const scripted: { script: BrainScript } = { script };
  const brain: Brain = {
    name: options.name ?? 'echo',
    title: 'Scripted',
    capabilities: { ...echoBrain.capabilities, ...options.capabilities },
    configSchema: options.hasAccounts === true ? z.object({}) : null,
    ...options.parts,
    create: () => ({
      decode: ({ body }) => scripted.script.decode?.(body.toString('utf8')) ?? [],
      async deliver(action, to, key, signal) {
        if (action.type === 'message') return await scripted.script.deliver(action, to, key, signal);
        if (action.type === 'request') return (await scripted.script.request?.(action, to)) ?? {};
        if (action.type === 'edit' || action.type === 'delete') scripted.script.change?.(action);
        return {};
      },
      receive({ body }) {
        const { ref, id } = webhookSchema.parse(JSON.parse(body.toString('utf8')));
        return { accept: [{ conversation: { ref }, dedupeKey: id, body }] };
      },
    }),
  };
  return Object.assign(scripted, { brain });
}

export interface BrainAccount {
  /** Posts a webhook of the brain for the conversation and returns the status of the answer. */
  send(ref: string, text: string): Promise<number>;
}

/** Connects a bot of the portal to an account of the brain. */
export async function connectBrain(
  bridge: Bridge,
  databaseUrl: string,
  probe: DatabaseProbe,
  botCode: string,
  brain: Brain,
): Promise<BrainAccount> {
  const { memberId } = bridge.portal;
  const sealer = createSealer({ current: bridge.appSecret });
  const id = randomUUID();
  const secret = randomToken();
  const db = openDatabase({ url: databaseUrl, poolSize: 1 });
  try {
    await addConnection(db, {
      portal: memberId,
      id,
      brain: brain.name,
      title: brain.title,
      configSealed: sealer.seal('{}', `connection.config:${id}`),
      webhookSecretSealed: sealer.seal(secret, `connection.webhook:${id}`),
      webhookSecretHash: sha256(secret),
    });
  } finally {
    await db.destroy();
  }
  await probe.rows('update bot set brain = $1, connection_id = $2 where portal = $3 and code = $4', [
    brain.name,
    id,
    memberId,
    botCode,
  ]);
  return {
    async send(ref, text) {
      const body = JSON.stringify({ ref, id: randomUUID(), text });
      const answer = await fetch(`${bridge.url}/brains/${brain.name}/${secret}`, { method: 'POST', body });
      await answer.arrayBuffer();
      return answer.status;
    },
  };
}
