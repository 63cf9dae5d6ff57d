import { describe, expect, it } from 'vitest';
import { brains } from '../../../src/brains/index.ts';
import { checkDisabled } from '../../../src/doctor/inspect-connection.ts';
import type { ConnectionRow } from '../../../src/store/tenants/connections.ts';

const row = (brain: string, disabled_reason: string | null): ConnectionRow => ({
  portal: 'p',
  id: 'the-id',
  brain,
  title: 'demo.simla.com',
  config_sealed: Buffer.alloc(0),
  webhook_secret_sealed: Buffer.alloc(0),
  cursor: null,
  disabled_reason,
  updated_at: new Date(0),
});

describe('a disabled account in the report', () => {
  it.each([
    ['key_refused', 'Make a new key in the service'],
    ['rights_missing', 'integration_read'],
    ['no_account', 'right address'],
    ['frozen', 'switch it on there'],
  ])('has its reason and what a person does about it: %s', (reason, words) => {
    const [check] = checkDisabled(row('messagegateway', reason), brains, 'portal.example');
    expect(JSON.stringify(check)).toContain(`(${reason})`);
    expect(JSON.stringify(check)).toContain(words);
  });

  it('is none while it works', () => {
    expect(checkDisabled(row('messagegateway', null), brains, 'portal.example')).toEqual([]);
  });
});
