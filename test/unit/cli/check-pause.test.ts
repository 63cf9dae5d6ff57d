import { describe, expect, it } from 'vitest';
import { brains } from '../../../src/brains/index.ts';
import { checkPause } from '../../../src/cli/doctor/check-connection.ts';
import type { ConnectionRow } from '../../../src/store/connections.ts';

const row = (brain: string, paused_reason: string | null): ConnectionRow => ({
  portal: 'p',
  id: 'the-id',
  brain,
  title: 'demo.simla.com',
  config_box: Buffer.alloc(0),
  door_box: Buffer.alloc(0),
  cursor: null,
  paused_reason,
  updated_at: new Date(0),
});

describe('a paused account in the report', () => {
  it.each([
    ['key_refused', 'connects the account again'],
    ['rights_missing', 'integration_read'],
    ['no_account', 'new address'],
    ['frozen', 'switch it on there'],
  ])('has its reason and what a person does about it: %s', (reason, words) => {
    const [check] = checkPause(row('messagegateway', reason), brains, 'portal.example');
    expect(JSON.stringify(check)).toContain(`(${reason})`);
    expect(JSON.stringify(check)).toContain(words);
  });

  it('is none while it works', () => {
    expect(checkPause(row('messagegateway', null), brains, 'portal.example')).toEqual([]);
  });
});
