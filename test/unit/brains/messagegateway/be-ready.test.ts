import { describe, expect, it } from 'vitest';
import { checkStillOn } from '../../../../src/brains/messagegateway/account/be-ready.ts';
import { readEnvelope } from '../../../../src/brains/messagegateway/api/webhook-shapes.ts';
import type { Room } from '../../../../src/brains/messagegateway/room.ts';
import { AppError } from '../../../../src/core/errors.ts';
import { mgConfig, mgPayload } from '../../../support/messagegateway-unit.ts';

const room = { config: mgConfig() } as Room;

function heard(type: string, data: unknown): string {
  const frame = readEnvelope(Buffer.from(JSON.stringify({ type, meta: { timestamp: 1 }, data })));
  if (frame === null) throw new Error('this is no frame');
  try {
    checkStillOn(frame, room);
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
    ['our bot switched off', 'bot_updated', { id: 760, is_active: false }, 'bot_off'],
    ['the same in a shell', 'bot_updated', { bot: { id: 760, is_active: false } }, 'bot_off'],
  ])('ends listening: %s', (_, type, data, code) => {
    expect(heard(type, data)).toBe(`messagegateway.${code}`);
  });

  it.each<readonly [string, string, unknown]>([
    ['our channel as it works', 'channel_updated', { channel }],
    ['another channel', 'channel_updated', { channel: { ...channel, id: 62, is_active: false } }],
    ['another bot', 'bot_updated', { id: 761, is_active: false }],
    ['a bot with the number of our channel', 'bot_updated', { id: 61, is_active: false }],
    ['nothing in it', 'channel_updated', { channel: null }],
  ])('does not end it: %s', (_, type, data) => {
    expect(heard(type, data)).toBe('goes on');
  });
});
