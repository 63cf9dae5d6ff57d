import { describe, expect, it } from 'vitest';
import { readBrainSettings } from '../../src/brain-settings.ts';
import { brains } from '../../src/brains/index.ts';
import { readSettings } from '../../src/config.ts';

const required = { PUBLIC_URL: 'https://a.example', B24_CLIENT_ID: 'app.x', B24_CLIENT_SECRET: 's' };
const secret = 'secret-of-the-card';

describe('the settings of single brains', () => {
  it('are what each brain makes of its part', () => {
    const { BRAIN_SETTINGS } = readSettings({
      ...required,
      BRAIN_SETTINGS: JSON.stringify({ messagegateway: { oneStepSecret: secret } }),
    });
    expect(readBrainSettings(brains, BRAIN_SETTINGS).get('messagegateway')).toEqual({ oneStepSecret: secret });
    expect(readBrainSettings(brains, undefined).get('messagegateway')).toEqual({});
  });

  it('are refused with every problem named and no value repeated', () => {
    const given = { messagegateway: { oneStepSecret: 'short', integrationCode: 'a b' }, nobody: { token: secret } };
    const message = messageOf(() => readBrainSettings(brains, given));
    expect(message).toContain('messagegateway.oneStepSecret:');
    expect(message).toContain('messagegateway.integrationCode:');
    expect(message).toContain('nobody:');
    for (const value of ['short', 'a b', secret]) expect(message).not.toContain(`${value}'`);
    expect(message).not.toContain(secret);
  });

  it.each(['{', '[]', '"text"', '{"messagegateway":"secret-text"}'])('are not read from %s', (text) => {
    const message = messageOf(() => readSettings({ ...required, BRAIN_SETTINGS: text }));
    expect(message).toContain('BRAIN_SETTINGS: must be JSON of the form');
    expect(message).not.toContain('secret-text');
  });
});

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'nothing was thrown';
}
