/** The messengers behind Open Channels: type, name and text limits. */
import { describe, expect, it } from 'vitest';
import {
  channelTypeOf,
  messengerName,
  textLimitsOf,
} from '../../../../src/brains/messagegateway/channels/messengers.ts';

describe('a messenger', () => {
  it.each([
    ['telegrambot', 'telegram', 'Telegram'],
    ['livechat', 'consultant', 'Live chat'],
    ['whatsappbyedna', 'whatsapp', 'WhatsApp'],
    ['wz_whatsapp_c1', 'whatsapp', 'WhatsApp'],
    ['fbinstagramdirect', 'instagram', 'Instagram'],
    ['ok', 'odnoklassniki', 'OK'],
    ['bookshop', 'custom', 'bookshop'],
    ['__proto__', 'custom', '__proto__'],
  ] as const)('%s is %s, and is called %s', (connector, type, name) => {
    expect(channelTypeOf(connector)).toBe(type);
    expect(messengerName(connector, type)).toBe(name);
  });

  it('may be set otherwise', () => {
    expect(channelTypeOf('bookshop', { bookshop: 'ozon' })).toBe('ozon');
    expect(textLimitsOf('telegram', { telegram: 900 })).toEqual({ text: 900, note: 900 });
    expect(textLimitsOf('custom', {})).toEqual({});
  });
});
