import { describe, expect, it } from 'vitest';
import { checkStillOn } from '../../../../src/brains/messagegateway/account/preflight.ts';
import { readEnvelope } from '../../../../src/brains/messagegateway/api/webhook-shapes.ts';
import type { MgContext } from '../../../../src/brains/messagegateway/context.ts';
import { AppError } from '../../../../src/core/errors.ts';
import { mgConfig, mgPayload } from '../../../support/messagegateway-unit.ts';

/** 61 is the main channel of the connection, 63 that of one of its lines. */
const channels = { isOurs: (id: number) => Promise.resolve(id === 61 || id === 63) } as MgContext['channels'];
const context = { config: mgConfig(), channels } as MgContext;

async function heard(type: string, data: unknown): Promise<string> {
  const frame = readEnvelope(Buffer.from(JSON.stringify({ type, meta: { timestamp: 1 }, data })));
  if (frame === null) throw new Error('this is no frame');
  try {
    await checkStillOn(frame, context);
    return 'goes on';
  } catch (error) {
    return error instanceof AppError ? error.code : 'another error';
  }
}

describe('a frame about our bot or channel', () => {
  const { channel } = (mgPayload('ws-channel-updated') as { data: { channel: object } }).data;

  it.each<readonly [string, string, unknown, string]>([
    ['our channel switched off', 'channel_updated', { channel: { ...channel, is_active: false } }, 'channel_off'],
    ['the same without a shell', 'channel_updated', { ...channel, is_active: false }, 'channel_off'],
    ["a line's channel switched off", 'channel_updated', { ...channel, id: 63, is_active: false }, 'channel_off'],
    ['our bot switched off', 'bot_updated', { id: 760, is_active: false }, 'bot_off'],
    ['the same in a shell', 'bot_updated', { bot: { id: 760, is_active: false } }, 'bot_off'],
  ])('ends listening: %s', async (_, type, data, code) => {
    expect(await heard(type, data)).toBe(`messagegateway.${code}`);
  });

  it.each<readonly [string, string, unknown]>([
    ['our channel as it works', 'channel_updated', { channel }],
    ['another channel', 'channel_updated', { channel: { ...channel, id: 62, is_active: false } }],
    ['another bot', 'bot_updated', { id: 761, is_active: false }],
    ['a bot with the number of our channel', 'bot_updated', { id: 61, is_active: false }],
    ['nothing in it', 'channel_updated', { channel: null }],
  ])('does not end it: %s', async (_, type, data) => {
    expect(await heard(type, data)).toBe('goes on');
  });
});
