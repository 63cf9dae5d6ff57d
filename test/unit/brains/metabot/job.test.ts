import { describe, expect, it } from 'vitest';
import { type Job, jobBody } from '../../../../src/brains/metabot/job.ts';
import { runAt } from '../../../../src/brains/metabot/run-at.ts';
import { metabotFixture } from '../../../support/metabot-unit.ts';

const zone = 'Europe/Moscow';

describe('a job', () => {
  it.each<[string, Job]>([
    [
      'schedule-script-request',
      {
        kind: 'script',
        code: 'bitrix24_inbound',
        leadId: 135,
        runAfterSec: 0,
        isPeriodic: false,
        params: { text: 'Hello', dialog_id: 'chat42', message_id: '777' },
        addTags: ['bitrix24'],
      },
    ],
    [
      'schedule-trigger-request',
      {
        kind: 'trigger',
        code: 'order_paid',
        leadId: 135,
        runAt: '2021-01-21 21:00',
        condition: 'if (leadId == 135) return true;',
        params: { first_param: 7, second_param: { any_key: 'any_value' } },
        addTags: ['tag1', 'tag2'],
        removeTags: ['tag3'],
      },
    ],
    [
      'schedule-broadcast-request',
      { kind: 'broadcast', code: 'broadcast_short_code', runAfterSec: 300, isPeriodic: false },
    ],
  ])('is written as documented: %s', (name, job) => {
    expect(jobBody(job, zone)).toEqual(metabotFixture(name).body);
  });

  it('names what it runs by id or code, and the ticket', () => {
    expect(jobBody({ kind: 'script', id: 1, ticketId: 7, leadId: null, addTags: [] }, zone)).toEqual({
      script_id: 1,
      ticket_id: 7,
    });
  });

  it.each<[string, Job]>([
    ['no target', { kind: 'script' }],
    ['two targets', { kind: 'trigger', id: 1, code: 'a' }],
    ['a time and a delay', { kind: 'script', id: 1, runAt: '2026-11-22 09:00:00', runAfterSec: 5 }],
    ['no time at all', { kind: 'script', id: 1, runAt: 'tomorrow' }],
  ])('with %s is refused', (_what, job) => {
    expect(() => jobBody(job, zone)).toThrow(expect.objectContaining({ code: 'metabot.bad_job' }));
  });
});

describe('the time of a job', () => {
  it.each([
    ['2026-11-22 09:00:00', '2026-11-22 09:00:00'],
    ['2026-11-22 09:00', '2026-11-22 09:00:00'],
    ['2026-11-22T09:00', '2026-11-22 09:00:00'],
    ['2026-11-22T09:00:00Z', '2026-11-22 12:00:00'],
    ['2026-11-22T00:30:00+05:00', '2026-11-21 22:30:00'],
    ['2026-12-31T21:00:00.000Z', '2027-01-01 00:00:00'],
    ['2024-02-29 10:00:00', '2024-02-29 10:00:00'],
    ['2026-02-30 10:00:00', null],
    ['2026-11-22 25:00:00', null],
    ['2026-13-01T10:00:00Z', null],
    ['22.11.2026 09:00', null],
    ['', null],
  ])('%j is %j', (text, expected) => {
    expect(runAt(text, zone)).toBe(expected);
  });
});
