import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newKey } from '../../../sandbox/webhook/signing.ts';
import { stageKey, startWebhookStage, type WebhookStage } from '../../support/webhook-stage.ts';
import { probeStage } from '../cli/probe-report.ts';

let stage: WebhookStage;

beforeAll(async () => {
  stage = await startWebhookStage();
});
afterAll(() => stage.close());

describe('probe --connection of a server behind signed webhooks', () => {
  it('makes the signed check, and finds what the app assumes', async () => {
    const { probed, differences } = await probeStage(stage);
    expect(differences).toEqual([]);
    expect(probed).toMatchObject([{ method: 'POST to the setting url', outcome: 'ok' }]);
  });

  it('shows a server that does not take the signature', async () => {
    const { keys } = stage.server;
    stage.server.keys = [newKey()];
    const { differences, kept, told } = await probeStage(stage);
    stage.server.keys = keys;
    expect(differences).toMatchObject([
      { found: expect.stringContaining('(401)'), follows: expect.stringContaining('the settings url and key') },
    ]);
    for (const key of [stageKey, stage.hook, '/events']) expect(kept + told).not.toContain(key);
  });
});
