import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type BrainDefinition, brainNameProblem, defineBrain } from '../../../src/core/define-brain.ts';
import { Misconfigured } from '../../../src/core/errors.ts';
import { noTools } from '../../support/no-tools.ts';

const configSchema = z.strictObject({ key: z.string().min(4), retries: z.int().default(3) });
type Config = z.output<typeof configSchema>;

const secret = 'x-1';
const connectionWith = (config: unknown) => ({ id: 'connection-7', portal: 'p', config, webhookSecret: 's' });
const readable = connectionWith({ key: 'long enough' });
/** As an older version may have left it: the key is too short by now. */
const unreadable = connectionWith({ key: secret });

function brainWith(parts: Partial<BrainDefinition<Config>> = {}) {
  return defineBrain<Config>({
    name: 'typed',
    title: 'Typed',
    capabilities: { maxTextLength: 100, files: true },
    configSchema,
    create: ({ config }) => ({
      decode: () => [],
      deliver: () => Promise.resolve({ remoteMessageId: `${config.key} ${config.retries}` }),
    }),
    ...parts,
  });
}

const to = { ref: 'r', remoteId: null, botCode: 'b', botType: 'B' } as const;
const action = { type: 'crm', links: [] } as const;
const { signal } = new AbortController();

describe('a declared brain', () => {
  it('can do nothing that it does not say', () => {
    const { capabilities } = brainWith();
    expect(capabilities).toEqual({
      maxTextLength: 100,
      contexts: false,
      sessions: false,
      reactions: false,
      answeredByPeople: false,
      edits: false,
      deletes: false,
      files: true,
      ownership: false,
      crm: false,
      receipts: false,
      idempotentDelivery: false,
      listens: false,
      overhears: false,
      mirrors: false,
      textForm: 'plain',
      messageForm: 'plain',
    });
  });

  it('has only the functions it declares', () => {
    expect(Object.keys(brainWith()).sort()).toEqual(['capabilities', 'configSchema', 'create', 'name', 'title']);
  });

  it('gets its config with its type and its defaults', async () => {
    const delivered = await brainWith().create(readable, noTools()).deliver(action, to, 'k', signal);
    expect(delivered).toEqual({ remoteMessageId: 'long enough 3' });
  });

  it('without accounts gets no config, whatever is stored', () => {
    const seen: unknown[] = [];
    const brain = defineBrain({
      name: 'plain',
      title: 'Plain',
      capabilities: { maxTextLength: 1 },
      configSchema: null,
      create({ config }) {
        seen.push(config);
        return { decode: () => [], deliver: () => Promise.resolve({}) };
      },
    });
    brain.create(readable, noTools());
    expect(seen).toEqual([null]);
  });
});

describe('a stored config that no longer fits', () => {
  const brain = brainWith({
    join: ({ config }) => Promise.resolve(config),
    checkHealth: ({ config }) => Promise.resolve({ works: true, config }),
    leave: () => Promise.resolve(),
    reconfigure: ({ config }, before) => Promise.resolve({ ...config, retries: before === null ? 0 : before.retries }),
    refusal: (reason, connection) => ({ reason, retries: connection?.config.retries ?? null }),
  });

  it('fails whatever needs it, and names the key without its value', async () => {
    const connector = brain.create(unreadable, noTools());
    const attempts = [
      connector.deliver(action, to, 'k', signal),
      connector.listen?.(() => Promise.resolve(), null, signal),
      brain.join?.(unreadable, 'http://hook', noTools()),
      brain.checkHealth?.(unreadable, 'http://hook', null, noTools()),
      brain.leave?.(unreadable, 'http://hook', noTools()),
      brain.reconfigure?.(unreadable, {}, 'http://hook', noTools()),
    ];
    for (const attempt of attempts) {
      const error: unknown = await Promise.resolve(attempt).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Misconfigured);
      expect(error).toMatchObject({ code: 'connection.unreadable_config', retry: 'backoff' });
      expect(String(error)).toMatch(/connection-7.*\(key\)/);
      expect(String(error)).not.toContain(secret);
    }
    expect(() => connector.decode({ body: Buffer.from('{}'), receivedAt: new Date(), ingress: 'webhook' })).toThrow(
      Misconfigured,
    );
  });

  it('makes webhooks wait', () => {
    const request = { headers: {}, query: {}, body: Buffer.from('{}') };
    expect(brain.create(unreadable, noTools()).receive?.(request)).toMatchObject({ refuse: 503 });
  });

  it('is none for a refusal, and none before a change', async () => {
    expect(brain.refusal?.('stopped', readable)).toEqual({ reason: 'stopped', retries: 3 });
    expect(brain.refusal?.('stopped', unreadable)).toEqual({ reason: 'stopped', retries: null });
    expect(brain.refusal?.('stopped', null)).toEqual({ reason: 'stopped', retries: null });
    const changed = await brain.reconfigure?.(readable, unreadable.config, 'http://hook', noTools());
    expect(changed).toEqual({ key: 'long enough', retries: 0 });
  });
});

describe('the name of a brain', () => {
  it.each(['selarti', 'metabot', 'ab'])('may be %s', (name) => {
    expect(brainNameProblem(name)).toBeNull();
  });

  it.each(['', 'a', 'Echo', 'two-words', 'v2', 'bridge', 'brains', 'metrics', 'x'.repeat(31)])(
    'may not be %j',
    (name) => {
      expect(brainNameProblem(name)).not.toBeNull();
      expect(() => defineBrain({ ...brainWith(), name, configSchema })).toThrow(/the brain/);
    },
  );
});
