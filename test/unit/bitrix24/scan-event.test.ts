import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanEvent } from '../../../src/bitrix24/events/scan-event.ts';
import { parseForm, text } from '../../../src/lib/form-body.ts';
import { fixture, fixtureNames, formOf } from '../../support/fixtures.ts';

const events = [...fixtureNames('v1-on'), ...fixtureNames('app-on'), ...fixtureNames('v2-webhook')];
const tokens = /access_token|refresh_token|application_token|AUTH%5D|auth%5D%5B/;

describe('scanEvent', () => {
  it.each(events)('finds in %s what a full parse finds, and stores no token', (name) => {
    const { body } = fixture(name);
    const tree = parseForm(Buffer.from(body));
    const scanned = scanEvent(Buffer.from(body));
    expect(scanned.event).toBe(text(tree, 'event'));
    expect(scanned.memberId).toBe(text(tree, 'auth', 'member_id'));
    expect(scanned.applicationToken).toBe(text(tree, 'auth', 'application_token') ?? '');
    const isSecond = name.startsWith('v2-');
    const dialogId = isSecond
      ? (text(tree, 'data', 'dialogId') ?? text(tree, 'data', 'chat', 'dialogId'))
      : text(tree, 'data', 'PARAMS', 'DIALOG_ID');
    expect(scanned.dialogId).toBe(dialogId ?? '');
    expect(isSecond ? scanned.bots : []).toEqual(isSecond ? [{ id: '456', code: 'support_bot' }] : []);
    expect(scanned.storedBody.toString()).not.toMatch(tokens);
    const kept = parseForm(scanned.storedBody);
    expect(text(kept, 'data', 'PARAMS', 'MESSAGE')).toBe(text(tree, 'data', 'PARAMS', 'MESSAGE'));
    expect(text(kept, 'data', 'USER', 'NAME')).toBe(text(tree, 'data', 'USER', 'NAME'));
    expect(text(kept, 'data', 'message', 'text')).toBe(text(tree, 'data', 'message', 'text'));
  });

  it('names every bot of an event once, with its code', () => {
    const { bots } = scanEvent(Buffer.from(fixture('v1-onimbotmessageadd-multibot').body));
    expect(bots.length).toBeGreaterThan(1);
    expect(new Set(bots.map((bot) => bot.id)).size).toBe(bots.length);
    expect(bots.every((bot) => bot.code !== '')).toBe(true);
  });

  it('finds the bot of a command and of a deletion', () => {
    expect(scanEvent(Buffer.from(fixture('v1-onimcommandadd-group').body)).bots).toEqual([
      { id: '1291', code: 'BOT_GM' },
    ]);
    expect(scanEvent(Buffer.from(fixture('v1-onimbotdelete').body)).bots).toEqual([{ id: '567', code: 'BOT' }]);
  });

  it('does not mind the order of the pairs', () => {
    const { pairs } = fixture('v1-onimbotmessageadd-openline');
    const plain = scanEvent(formOf(pairs));
    fc.assert(
      fc.property(fc.shuffledSubarray([...pairs], { minLength: pairs.length }), (shuffled) => {
        const { storedBody: _kept, ...facts } = scanEvent(formOf(shuffled));
        expect({ ...plain, ...facts }).toEqual(plain);
      }),
      { numRuns: 50 },
    );
  });

  it('reads raw, upper-case and lower-case encoded brackets alike', () => {
    const { body } = fixture('v1-onimbotmessageadd-openline');
    const upper = scanEvent(Buffer.from(body));
    const lower = scanEvent(Buffer.from(body.replaceAll('%5B', '%5b').replaceAll('%5D', '%5d')));
    const raw = scanEvent(Buffer.from(body.replaceAll('%5B', '[').replaceAll('%5D', ']')));
    for (const other of [lower, raw]) {
      const { storedBody: kept, ...facts } = other;
      expect({ ...upper, ...facts }).toEqual(upper);
      expect(kept.toString()).not.toMatch(/_token/);
    }
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void scanEvent(Buffer.from(bytes))));
    for (const body of [
      '',
      '&',
      '=',
      '&&==&',
      '%',
      'data%5BBOT%5D',
      'event',
      'auth[member_id]=%zz',
      'data[BOT][7]=x',
    ]) {
      expect(scanEvent(Buffer.from(body)).memberId).toBe(body.startsWith('auth') ? '\ufffdzz' : '');
    }
  });
});
