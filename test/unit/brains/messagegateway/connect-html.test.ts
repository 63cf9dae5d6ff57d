import { describe, expect, it } from 'vitest';
import { clientIdOf, connectionIdIn } from '../../../../src/brains/messagegateway/account/client-id.ts';
import { html } from '../../../../src/brains/messagegateway/connect/html.ts';
import {
  languageOfReader,
  pageMessages,
  problemText,
} from '../../../../src/brains/messagegateway/connect/messages/page-messages.ts';

describe('the templates of the page', () => {
  it('escape whatever was not made by them', () => {
    const hostile = `<img src=x onerror="alert('1')">&`;
    const made = html`<p title="${hostile}">${[html`<b>${hostile}</b>`]}${null}${7}</p>`;
    const escaped = '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;';
    expect(made.html).toBe(`<p title="${escaped}"><b>${escaped}</b>7</p>`);
  });
});

describe('the language of the page', () => {
  it.each<readonly [string | null, string | undefined, 'ru' | 'en']>([
    ['ru', 'en-US', 'ru'],
    ['en', 'ru', 'en'],
    ['de', 'ru-RU,ru;q=0.9', 'ru'],
    [null, 'de-DE,de;q=0.9,en;q=0.8,ru;q=0.7', 'en'],
    [null, 'kk,ru;q=0.9', 'ru'],
    [null, undefined, 'en'],
  ])('chosen %s, accepted %s: %s', (chosen, accepted, language) => {
    expect(languageOfReader(chosen, accepted)).toBe(language);
  });

  it('has a sentence of its own for every problem, in both', () => {
    const [ru, en] = [pageMessages('ru').problems, pageMessages('en').problems];
    expect(Object.keys(ru)).toEqual(Object.keys(en));
    expect(problemText(pageMessages('ru'), { code: 'messagegateway.crm_unpaid', message: '' })).toBe(ru['crm_unpaid']);
    expect(problemText(pageMessages('en'), { code: 'network.scheme', message: '' })).toBe(en['forbidden_address']);
    expect(problemText(pageMessages('en'), { code: 'http.timeout', message: '' })).toBe(en['unreachable']);
    expect(problemText(pageMessages('en'), { code: 'x.y', message: 'so' })).toContain('so');
  });
});

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
