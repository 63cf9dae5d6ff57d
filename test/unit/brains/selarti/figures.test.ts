import { describe, expect, it } from 'vitest';
import { metabotBrain } from '../../../../src/brains/metabot/metabot-brain.ts';
import { selartiBrain } from '../../../../src/brains/selarti/selarti-brain.ts';
import { noTools } from '../../../support/no-tools.ts';
import { selartiConfig } from '../../../support/selarti-unit.ts';
import { stateInMemory } from '../../../support/state-in-memory.ts';

describe('the address for webhooks', () => {
  it.each([selartiBrain, metabotBrain])('of $title is shown, with where it belongs', ({ webhookHelp }) => {
    expect(webhookHelp).toMatchObject({ en: expect.any(String), ru: expect.stringMatching(/\p{Script=Cyrillic}/u) });
  });
});

describe('the figures of a connection to Selarti', () => {
  it('are what all processes have used this month', async () => {
    const state = stateInMemory();
    const month = new Date().toISOString().slice(0, 7);
    await state.put(`use:${month}:one`, { sent: 2, received: 3 });
    await state.put(`use:${month}:two`, { sent: 1, received: 0 });
    await state.put('use:2020-01:one', { sent: 100, received: 100 });
    await state.put(`use:${month}:damaged`, 'x');
    const config = selartiConfig({ maxMessagesPerMonth: 5 });
    const connection = { id: 'c', portal: 'p', config, webhookSecret: 'secret' };
    const figures = await selartiBrain.figures?.(connection, { ...noTools(), state });
    expect(figures?.map(({ value }) => value)).toEqual(['3', '3', '0']);
  });
});
