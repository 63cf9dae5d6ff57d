import { describe, expect, it } from 'vitest';
import { newKey } from '../../../../sandbox/webhook/signing.ts';
import { type Config, configSchema } from '../../../../src/brains/webhook/config.ts';
import { webhookBrain } from '../../../../src/brains/webhook/webhook-brain.ts';
import { noTools } from '../../../support/no-tools.ts';

const before = configSchema.parse({ url: 'https://a.example/hook', key: newKey(), previousKey: newKey() });

async function changed(change: Partial<Config>): Promise<Config> {
  const connection = { id: 'c', portal: 'p', config: { ...before, ...change }, webhookSecret: 's' };
  return configSchema.parse(await webhookBrain.reconfigure?.(connection, before, 'https://bots.example', noTools()));
}

describe('a server behind signed webhooks', () => {
  it('is signed for by the former key too while that one is replaced', async () => {
    expect(await changed({ key: newKey() })).toMatchObject({ previousKey: before.key });
    expect(await changed({ url: 'https://a.example/other' })).toMatchObject({ previousKey: before.previousKey });
  });

  it('is never signed for by a key of another host', async () => {
    const url = 'https://b.example/hook';
    const key = newKey();
    expect(await changed({ url, key })).toEqual({ ...before, url, key, previousKey: undefined });
    expect(await changed({ url })).not.toHaveProperty('previousKey');
  });
});
