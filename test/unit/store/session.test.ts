/** What connections tell the server of themselves, where several installations share one database. */
import { describe, expect, it } from 'vitest';
import { sessionTo } from '../../../src/store/session.ts';

const address = 'postgres://user:pa%20ss@db.example:5433/bridge';
const ofCell = `${address}?options=-c%20search_path%3Dcell07&sslmode=require`;
const optionsOf = (url: string): string | null => new URL(url).searchParams.get('options');

describe('a connection to an address without a schema', () => {
  it('has the plain name, and the options it asks for', () => {
    expect(sessionTo(address, 'bot-bridge')).toEqual({ connectionString: address, application_name: 'bot-bridge' });
    expect(sessionTo(address, 'bot-bridge worker', '-c a=1')).toEqual({
      connectionString: address,
      application_name: 'bot-bridge worker',
      options: '-c a=1',
    });
  });
});

describe('a connection to an address with a schema', () => {
  it('names the schema', () => {
    expect(sessionTo(ofCell, 'bot-bridge')).toEqual({
      connectionString: ofCell,
      application_name: 'bot-bridge cell07',
    });
  });

  it('keeps the options of the address beside its own, and the rest of the address', () => {
    const { connectionString, options } = sessionTo(ofCell, 'bot-bridge worker', '-c a=1');
    expect(options).toBeUndefined();
    expect(optionsOf(connectionString)).toBe('-c search_path=cell07 -c a=1');
    expect(connectionString).toMatch(/^postgres:\/\/user:pa%20ss@db\.example:5433\/bridge\?.*sslmode=require/);
  });

  it.each(['"Cell 7"', 'Cell07', 'cell07$', 'x'.repeat(60), '"$user"'])(
    'that the server would write otherwise (%s) has the plain name',
    (schema) => {
      const url = new URL(address);
      url.searchParams.set('options', `-c search_path=${schema}`);
      expect(sessionTo(url.href, 'bot-bridge').application_name).toBe('bot-bridge');
    },
  );
});
