import { describe, expect, it } from 'vitest';
import { clientIdOf, connectionIdIn } from '../../../../src/brains/messagegateway/account/client-id.ts';

describe('a client id', () => {
  const connection = { id: '2f1c3a7e-1111-4222-8333-0123456789ab', webhookSecret: 'hook-secret' };

  it('tells its connection, and depends on its secret', () => {
    const id = clientIdOf(connection);
    expect(id).toMatch(/^[\da-f]{64}$/);
    expect(connectionIdIn(id)).toBe(connection.id);
    expect(clientIdOf({ ...connection, webhookSecret: 'another' })).not.toBe(id);
    expect(id).not.toContain('hook-secret');
  });

  it.each(['', 'f'.repeat(63), 'f'.repeat(65), 'F'.repeat(64), `${'f'.repeat(60)}' or`])('is nobody’s: %s', (text) => {
    expect(connectionIdIn(text)).toBeNull();
  });
});
