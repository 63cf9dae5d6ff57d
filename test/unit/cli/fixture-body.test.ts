import { describe, expect, it } from 'vitest';
import { substitute } from '../../../src/cli/arguments/fixture-body.ts';
import { parseForm, text } from '../../../src/lib/form-body.ts';
import { fixture, fixtureNames } from '../../support/fixtures.ts';

const tree = (body: string) => parseForm(Buffer.from(body));

describe('a recorded event for another portal', () => {
  it.each(fixtureNames('v1-'))('%s stays byte for byte where nothing is asked', (name) => {
    const { body } = fixture(name);
    expect(substitute(body, {})).toBe(body);
  });

  it('has the other member id and token wherever they stand', () => {
    const { body } = fixture('v1-onimbotmessageadd-private');
    const fitted = substitute(body, { memberId: 'm'.repeat(32), applicationToken: 'new&token' });
    expect(fitted).not.toContain('bac1cd5c8940947a75e0d71b1a84e348');
    const form = tree(fitted);
    expect(text(form, 'auth', 'member_id')).toBe('m'.repeat(32));
    expect(text(form, 'auth', 'application_token')).toBe('new&token');
    expect(text(form, 'data', 'BOT', '567', 'AUTH', 'member_id')).toBe('m'.repeat(32));
    expect(text(form, 'data', 'PARAMS', 'MESSAGE')).toBe('Привет');
  });

  it('is for the other bot, mentioned where the recorded one was', () => {
    const { body } = fixture('v1-onimbotmessageadd-group-mention');
    const before = tree(body);
    const form = tree(substitute(body, { bot: { code: 'ours', id: '4711' } }));
    const entry = Object.keys(Object(before['data'])['BOT'])[0] ?? '';
    expect(text(form, 'data', 'BOT', entry, 'BOT_CODE')).toBe('ours');
    expect(text(form, 'data', 'BOT', entry, 'BOT_ID')).toBe('4711');
    expect(text(form, 'data', 'PARAMS', 'TO_USER_ID')).toBe('4711');
    expect(text(form, 'data', 'PARAMS', 'AUTHOR_ID')).toBe(text(before, 'data', 'PARAMS', 'AUTHOR_ID'));
  });

  it('is a new event where asked', () => {
    const { body } = fixture('v1-onimbotmessageadd-private');
    const form = tree(substitute(body, { fresh: { messageId: '999', ts: '5' } }));
    expect(text(form, 'data', 'PARAMS', 'MESSAGE_ID')).toBe('999');
    expect(text(form, 'ts')).toBe('5');
  });

  it('leaves broken escapes as they are written', () => {
    expect(substitute('a%ZZ=%E0%A4%A&auth[member_id]=x', { memberId: 'y' })).toBe('a%ZZ=%E0%A4%A&auth[member_id]=y');
  });
});
