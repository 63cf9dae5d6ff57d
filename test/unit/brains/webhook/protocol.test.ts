import { describe, expect, it } from 'vitest';
import { checkHealth } from '../../../../src/brains/webhook/account.ts';
import { configSchema, keysAt, withRotatedKey } from '../../../../src/brains/webhook/config.ts';
import { openAnswerFile } from '../../../../src/brains/webhook/inbound/open-file.ts';
import { readResponse } from '../../../../src/brains/webhook/inbound/to-brain-events.ts';
import { callServer } from '../../../../src/brains/webhook/outbound/call-server.ts';
import type { ConnectorTools } from '../../../../src/core/connector-tools.ts';
import { AppError } from '../../../../src/core/errors.ts';
import { noTools } from '../../../support/no-tools.ts';

const key = (seed: number): string => `whsec_${Buffer.alloc(32, seed).toString('base64')}`;
const config = configSchema.parse({ url: 'https://server.example/', key: key(1) });
const now = new Date('2026-11-21T12:00:00Z');
const later = (hours: number): Date => new Date(now.getTime() + hours * 3_600_000);

describe('the key', () => {
  it('that was replaced stays valid for the overlap, and two at most are valid', () => {
    const second = withRotatedKey({ ...config, key: key(2) }, config, now);
    expect(keysAt(second, later(23))).toHaveLength(2);
    expect(keysAt(second, later(25))).toHaveLength(1);
    const third = withRotatedKey({ ...second, key: key(3) }, second, later(1));
    expect(keysAt(third, later(2)).map((bytes) => bytes[0])).toEqual([3, 2]);
    expect(configSchema.parse(third)).toEqual(third);
  });

  it('ends at once without an overlap, and when it is taken away', () => {
    const second = withRotatedKey({ ...config, key: key(2), keyOverlapHours: 0 }, config, now);
    expect(keysAt(second, now)).toHaveLength(1);
    const { previousKey: _gone, ...rest } = withRotatedKey({ ...config, key: key(2) }, config, now);
    expect(keysAt(withRotatedKey(rest, { ...rest, previousKey: key(1) }, now), now)).toHaveLength(1);
  });

  it('keeps its end when other settings change', () => {
    const second = withRotatedKey({ ...config, key: key(2) }, config, now);
    const other = withRotatedKey({ ...second, timeoutSeconds: 5 }, second, later(5));
    expect(other.previousKeyUntil).toBe(second.previousKeyUntil);
  });
});

describe('a response', () => {
  const read = (text: string) => readResponse(Buffer.from(text));

  it.each(['', '{}'])('of "%s" holds no answers', (text) => {
    expect(read(text)).toEqual({ replies: [], warnings: [] });
  });

  it.each([
    'OK',
    '<html>',
    '[]',
    '{"answer":[]}',
    `{"answers":[${Array(21).fill('{"type":"typing"}').join()}]}`,
    '['.repeat(200),
  ])('of "%s" is left out with a warning', (text) => {
    const { replies, warnings } = read(text);
    expect(replies).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('the response was left out')]);
  });

  it('keeps its readable answers', () => {
    const { replies, warnings } = read(
      '{"answers":[{"type":"sing"},{"type":"message","text":"да"},{"type":"message"}]}',
    );
    expect(replies).toMatchObject([{ type: 'reply', text: 'да' }]);
    expect(warnings).toEqual([expect.stringMatching(/^answer 1 /), expect.stringMatching(/^answer 3 .*needs a text/)]);
  });
});

describe('a follow-up', () => {
  const read = (text: string) => {
    const followUp = { type: 'follow_up', id: 'f', afterSeconds: 60, text };
    return readResponse(Buffer.from(JSON.stringify({ answers: [followUp] })));
  };

  it('whose text is blank could never be sent, and is left out with a warning', () => {
    const { replies, warnings } = read(' \n\u00a0');
    expect(replies).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('text: ')]);
    expect(read(' a ').replies).toMatchObject([{ type: 'follow_up', params: { text: ' a ' } }]);
  });
});

describe('the address of a file', () => {
  it('that redirects without saying where is asked once', async () => {
    const asked: string[] = [];
    const openUrl: ConnectorTools['openUrl'] = ({ url }) => {
      asked.push(url.href);
      return Promise.resolve({ status: 304, headers: {}, type: null, size: 0, stream: nothing() });
    };
    const file = { id: 'https://files.example/a', name: 'a', kind: 'file' as const, size: null };
    const opened = openAnswerFile({ openUrl }, file, new AbortController().signal);
    await expect(opened).rejects.toMatchObject({ code: 'webhook.file_moved' });
    expect(asked).toEqual(['https://files.example/a']);
  });
});

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Tools whose server always answers so. */
function answering(status: number, headers: Readonly<Record<string, string>> = {}) {
  let calls = 0;
  const send = () => {
    calls += 1;
    return Promise.resolve({ status, headers, body: Buffer.alloc(0) });
  };
  return { tools: { ...noTools(), http: { send } }, calls: () => calls };
}

describe('a status', () => {
  const event = {
    type: 'endpoint.check' as const,
    timestamp: now.toISOString(),
    data: { answerUrl: 'https://app.example/' },
  };

  it.each([
    [400, {}, { code: 'webhook.refused', retry: 'never' }],
    [401, {}, { code: 'webhook.signature_refused', retry: 'never' }],
    [404, {}, { code: 'webhook.not_there', retry: 'backoff' }],
    [308, {}, { code: 'webhook.redirected', retry: 'never' }],
    [410, {}, { code: 'webhook.gone', disables: 'gone' }],
    [429, { 'retry-after': '7' }, { isThrottled: true, retry: { afterMs: 7_000 } }],
    [429, { 'retry-after': '999999999' }, { retry: { afterMs: 3_600_000 } }],
    [429, { 'retry-after': 'Sat, 21 Nov 2026 12:01:00 GMT' }, { retry: { afterMs: 60_000 } }],
    [429, { 'retry-after': 'soon' }, { retry: 'backoff' }],
    [503, {}, { code: 'webhook.failed', fate: 'unknown', retry: 'backoff', isThrottled: false }],
    // Such waits are no attempts: fourteen of a second each would be over before a deployment is.
    [503, { 'retry-after': '1' }, { code: 'webhook.failed', isThrottled: true, retry: { afterMs: 1_000 } }],
    [503, { 'retry-after': 'Sat, 21 Nov 2026 11:59:00 GMT' }, { isThrottled: true, retry: { afterMs: 0 } }],
    [500, { 'retry-after': '0' }, { code: 'webhook.failed', isThrottled: false, retry: 'backoff' }],
    [404, { 'retry-after': '0' }, { code: 'webhook.not_there', isThrottled: false, retry: 'backoff' }],
  ])('of %i (%o) says what follows', async (status, headers, expected) => {
    const { tools } = answering(status, headers);
    const error = await callServer(event, { config, tools, now, id: 'x' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject(expected);
  });

  it('of 410 is not asked for again before a day is over', async () => {
    const { tools, calls } = answering(410);
    const connection = { id: 'c', portal: 'p', config, webhookSecret: 's' };
    const check = () => checkHealth(connection, 'https://app.example/', 'gone', tools);
    expect(await check()).toEqual({ works: false, reason: 'gone' });
    expect(await check()).toEqual({ works: false, reason: 'gone' });
    expect(calls()).toBe(1);
  });
});
