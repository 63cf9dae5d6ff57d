import { describe, expect, it } from 'vitest';
import {
  externalId,
  furtherId,
  portalMessageId,
} from '../../../../src/brains/messagegateway/outbound/message-names.ts';

describe('names of messages', () => {
  it('differ for two conversations that hear the same message', () => {
    expect(externalId('77', 'AAAAAAAAxyz')).not.toBe(externalId('77', 'BBBBBBBBxyz'));
  });

  it('stay the same when they are made again, and short enough', () => {
    const name = furtherId('123456789012', 'a'.repeat(24), 19);
    expect(furtherId('123456789012', 'a'.repeat(24), 19)).toBe(name);
    expect(name.length).toBeLessThan(64);
  });

  it.each([
    [externalId('77', 'ref-of-it'), '77'],
    [externalId('77.1', 'ref-of-it'), '77'],
    [furtherId('77', 'ref-of-it', 2), '77'],
    ['77', '77'],
    ['ext-1', null],
    ['', null],
    [null, null],
    [undefined, null],
  ])('%s is the Bitrix24 message %s', (external, home) => {
    expect(portalMessageId(external)).toBe(home);
  });
});
