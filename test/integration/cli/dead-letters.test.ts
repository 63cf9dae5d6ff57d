import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RemoteRefused } from '../../../src/core/errors.ts';
import { textReply } from '../../../src/core/events.ts';
import { install, until } from '../../support/bridge.ts';
import { type OwnBridge, sayToAssistant, startOwnBridge } from '../../support/installed-bridge.ts';
import { type ScriptedBrain, scriptBrain } from '../../support/scripted-brain.ts';
import { everythingDone } from '../../support/talk.ts';
import { environmentOf, type Ran, runCli } from './run-cli.ts';

interface Parked {
  readonly deadLetters: readonly {
    readonly queue: string;
    readonly lane: string;
    readonly seq: number;
    readonly outcome: string;
  }[];
}

let own: OwnBridge;
let scripted: ScriptedBrain;
let isMended = false;

beforeAll(async () => {
  scripted = scriptBrain({
    deliver: ({ text }) =>
      isMended
        ? Promise.resolve({
            replies: [textReply(text)],
          })
        : Promise.reject(new RemoteRefused({ code: 'brain.refused', status: 400, message: 'no' })),
  });
  own = await startOwnBridge({ brains: [scripted.brain] });
  await install(own.bridge);
  await everythingDone(own.bridge.portal, own.probe);
});

afterAll(() => own.close());

const cli = (...words: string[]): Promise<Ran> => runCli(environmentOf(own), words, [scripted.brain]);
const listed = async (): Promise<Parked['deadLetters']> =>
  (await cli('dead-letters', 'list', '--json')).json<Parked>().deadLetters;

/** Somebody writes while the brain refuses everything. */
async function park(text: string): Promise<{ userId: number; isAnswered: () => boolean }> {
  isMended = false;
  const before = (await listed()).length;
  const said = sayToAssistant(own.bridge, text);
  await until(async () => (await listed()).length > before);
  return said;
}

const placeOf = (row: Parked['deadLetters'][number] | undefined): string[] => [
  '--queue',
  row?.queue ?? '',
  '--lane',
  row?.lane ?? '',
  '--seq',
  String(row?.seq ?? ''),
];

describe('dead-letters', () => {
  it('shows what became a dead letter and why, and replays it when the cause is mended', async () => {
    const said = await park('Раз');
    const [row] = await listed();
    expect(row).toMatchObject({ queue: 'outbox', outcome: 'brain.refused' });
    const { out } = await cli('dead-letters', 'list');
    expect(out).toContain(`bridge_assistant/${said.userId}>brain`);
    expect(out).toContain('brain.refused');
    isMended = true;
    expect((await cli('dead-letters', 'replay', ...placeOf(row))).code).toBe(0);
    await until(() => said.isAnswered());
    expect((await cli('dead-letters', 'list')).out).toBe('There are no dead letters.\n');
  });

  it('drops one for good, and not a second time', async () => {
    await park('Два');
    const [row] = await listed();
    expect((await cli('dead-letters', 'drop', ...placeOf(row))).code).toBe(0);
    expect(await listed()).toEqual([]);
    const again = await cli('dead-letters', 'drop', ...placeOf(row));
    expect(again.code).toBe(1);
    expect(again.err).toContain('[dead_letters.unknown]');
    expect(await own.probe.count(`select count(*) from outbox where outcome = 'brain.refused (dropped)'`)).toBe(1);
  });

  it('replays all of a portal in their order, but nothing of unknown fate', async () => {
    const first = await park('Три');
    const second = await park('Четыре');
    await park('Пять');
    const doubtful = (await listed()).at(-1);
    await own.probe.rows(`update outbox set state = 'unknown' where lane = $1 and seq = $2`, [
      doubtful?.lane,
      doubtful?.seq,
    ]);
    isMended = true;
    const all = await cli('dead-letters', 'replay', '--all', '--portal', own.bridge.portal.memberId, '--json');
    expect(all.json()).toEqual({ replayed: 2, unknownLeft: 1 });
    await until(() => first.isAnswered() && second.isAnswered());
    expect(await listed()).toHaveLength(1);
    const dropped = await cli('dead-letters', 'drop', '--all', '--portal', own.bridge.portal.memberId, '--json');
    expect(dropped.json()).toEqual({ dropped: 1 });
  });

  it('wants either one place or all of a named portal', async () => {
    expect((await cli('dead-letters', 'replay')).err).toContain('--queue, --lane, --seq missing');
    expect((await cli('dead-letters', 'drop', '--all')).code).toBe(2);
    expect(
      (await cli('dead-letters', 'drop', '--all', '--portal', own.bridge.portal.memberId, '--seq', '1')).code,
    ).toBe(2);
    expect((await cli('dead-letters', 'drop', '--queue', 'letterbox', '--lane', 'a', '--seq', '1')).code).toBe(2);
  });
});
