import { describe, expect, it } from 'vitest';
import type { Slot } from '../../../src/queue/destination-slots.ts';
import { createDestinations, type Destinations } from '../../../src/queue/destinations.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';

const slots = 400;

function setUp(): { clock: FakeClock; destinations: Destinations } {
  const clock = createFakeClock();
  return { clock, destinations: createDestinations(slots, clock) };
}

const home = (portal: string) => ({ portal, destination: 'portal' });

/** What the next claim may take of a destination, every slot being free for it. */
function allowed(destinations: Destinations, portal: string): number {
  const { allowances, perDestination } = destinations.plan();
  return allowances.find((one) => one.portal === portal && one.destination === 'portal')?.lanes ?? perDestination;
}

/** Works one lane of a portal to its end. */
async function attempt(
  { clock, destinations }: ReturnType<typeof setUp>,
  portal: string,
  ending: 'answered' | 'no_answer',
  ms: number,
) {
  const slot = destinations.enter(home(portal));
  const end = slot.begin();
  await clock.advance(ms);
  end(ending);
  slot.leave();
}

function hang(destinations: Destinations, portal: string, lanes: number): Slot[] {
  return Array.from({ length: lanes }, () => {
    const slot = destinations.enter(home(portal));
    slot.begin();
    return slot;
  });
}

/** Lanes of a portal that wait for its budget. */
function waitFor(destinations: Destinations, portal: string, lanes: number): Slot[] {
  return Array.from({ length: lanes }, () => {
    const slot = destinations.enter(home(portal));
    slot.wait();
    return slot;
  });
}

describe('lanes that wait for the budget of their portal', () => {
  it('may be as many as three batches, and take nothing from others', async () => {
    const scene = setUp();
    const { destinations } = scene;
    await attempt(scene, 'a', 'answered', 100);
    const free = destinations.plan().lanes;
    const waiting = waitFor(destinations, 'a', 64);
    expect(allowed(destinations, 'a')).toBe(86);
    expect(destinations.plan().lanes).toBe(free);
    for (const slot of waiting) slot.leave();
    expect(allowed(destinations, 'a')).toBe(8);
  });

  it('do not make it slow by waiting, nor by a batch that takes a fraction of a second for each of its calls', async () => {
    const scene = setUp();
    const { clock, destinations } = scene;
    await attempt(scene, 'a', 'answered', 100);
    const slots = waitFor(destinations, 'a', 50);
    await clock.advance(8_000);
    expect(allowed(destinations, 'a')).toBe(100);
    const ends = slots.map((slot) => slot.begin(50));
    await clock.advance(6_000);
    expect(allowed(destinations, 'a')).toBe(100);
    for (const end of ends) end('answered');
    for (const slot of slots) slot.leave();
    expect(allowed(destinations, 'a')).toBe(8);
    hang(destinations, 'a', 1);
    expect(allowed(destinations, 'a')).toBe(63);
  });

  it('make it slow when a batch hangs', async () => {
    const scene = setUp();
    const { clock, destinations } = scene;
    await attempt(scene, 'a', 'answered', 100);
    for (const slot of waitFor(destinations, 'a', 50)) slot.begin(50);
    await clock.advance(30_000);
    expect(allowed(destinations, 'a')).toBe(0);
  });

  it('are counted like others where they are more than all slots', async () => {
    const scene = setUp();
    const { destinations } = scene;
    const free = destinations.plan().lanes;
    for (const portal of ['a', 'b', 'c', 'd']) {
      await attempt(scene, portal, 'answered', 100);
      waitFor(destinations, portal, 100);
    }
    expect(destinations.plan().lanes).toBe(free);
    waitFor(destinations, 'e', 200);
    expect(destinations.plan().lanes).toBe(free - 100);
  });
});

describe('slots of one destination', () => {
  it('are few while nothing is known of it, and many once it has answered quickly', async () => {
    const scene = setUp();
    expect(allowed(scene.destinations, 'a')).toBe(8);
    await attempt(scene, 'a', 'answered', 100);
    hang(scene.destinations, 'a', 10);
    expect(allowed(scene.destinations, 'a')).toBe(54);
  });

  it('are fewer while its calls are under way for long', async () => {
    const { clock, destinations } = setUp();
    hang(destinations, 'a', 3);
    expect(allowed(destinations, 'a')).toBe(5);
    await clock.advance(2_001);
    expect(allowed(destinations, 'a')).toBe(1);
  });

  it('are many in spite of one long call beside quick answers', async () => {
    const scene = setUp();
    hang(scene.destinations, 'a', 1);
    await scene.clock.advance(5_000);
    await attempt(scene, 'a', 'answered', 100);
    expect(allowed(scene.destinations, 'a')).toBe(63);
  });

  it('are few half a second after a remote that answered has begun to hang', async () => {
    const scene = setUp();
    await attempt(scene, 'a', 'answered', 100);
    hang(scene.destinations, 'a', 3);
    expect(allowed(scene.destinations, 'a')).toBe(61);
    await scene.clock.advance(501);
    expect(allowed(scene.destinations, 'a')).toBe(1);
  });

  it('are one, now and then, after three long silences in a row, and several again after an answer', async () => {
    const scene = setUp();
    const { clock, destinations } = scene;
    for (let count = 0; count < 3; count += 1) await attempt(scene, 'a', 'no_answer', 30_000);
    expect(destinations.openBreakers()).toBe(1);
    expect(allowed(destinations, 'a')).toBe(0);
    await clock.advance(2_000);
    expect(allowed(destinations, 'a')).toBe(1);
    const probe = destinations.enter(home('a'));
    expect(allowed(destinations, 'a')).toBe(0);
    const end = probe.begin();
    await clock.advance(30_000);
    end('no_answer');
    probe.leave();
    await clock.advance(3_999);
    expect(allowed(destinations, 'a')).toBe(0);
    await clock.advance(1);
    expect(allowed(destinations, 'a')).toBe(1);
    await attempt(scene, 'a', 'answered', 100);
    expect(destinations.openBreakers()).toBe(0);
    expect(allowed(destinations, 'a')).toBeGreaterThanOrEqual(8);
  });

  it('are denied for two seconds, however many attempts were under way when the third of them failed', async () => {
    const { clock, destinations } = setUp();
    const slots = Array.from({ length: 6 }, () => destinations.enter(home('a')));
    const ends = slots.map((slot) => slot.begin());
    await clock.advance(30_000);
    for (const end of ends) end('no_answer');
    for (const slot of slots) slot.leave();
    await clock.advance(1_999);
    expect(allowed(destinations, 'a')).toBe(0);
    await clock.advance(1);
    expect(allowed(destinations, 'a')).toBe(1);
  });

  it('are not taken for silences that were over at once, nor for attempts that asked nobody', async () => {
    const scene = setUp();
    for (let count = 0; count < 20; count += 1) await attempt(scene, 'a', 'no_answer', 5);
    const slot = scene.destinations.enter(home('a'));
    slot.begin()('not_attempted');
    slot.leave();
    expect(allowed(scene.destinations, 'a')).toBe(8);
  });

  it('are given back once, however often it is said', async () => {
    const { destinations } = setUp();
    const before = destinations.plan().lanes;
    const slot = destinations.enter(home('a'));
    expect(destinations.plan().lanes).toBe(before - 1);
    slot.leave();
    slot.leave();
    expect(destinations.plan().lanes).toBe(before);
  });
});

/** Takes at once what the next claim may, of portals of which each has so many lanes waiting: each portal's first lane before any second. */
function claim(destinations: Destinations, portals: readonly string[], waiting: number): Slot[] {
  const { lanes, perDestination, unproven, allowances } = destinations.plan();
  const named = new Map(allowances.map((one) => [one.portal, one]));
  const taken: string[] = [];
  let strangers = 0;
  for (let turn = 1; turn <= waiting; turn += 1) {
    for (const portal of portals) {
      const { lanes: own, isProven } = named.get(portal) ?? { lanes: perDestination, isProven: false };
      if (turn > own || taken.length === lanes || (!isProven && strangers === unproven)) continue;
      if (!isProven) strangers += 1;
      taken.push(portal);
    }
  }
  return taken.flatMap((portal) => hang(destinations, portal, 1));
}

const crowdOf = (count: number): string[] => Array.from({ length: count }, (_, index) => `p${index}`);

describe('slots of all destinations', () => {
  it('are not all taken by one claim of what nothing is known of', () => {
    const { destinations } = setUp();
    claim(destinations, crowdOf(200), 3);
    expect(destinations.plan().lanes).toBe(slots / 4);
  });

  it('are not filled beyond the share of the unknown, however little of it is left, and those that answer still get theirs', async () => {
    const scene = setUp();
    const { destinations } = scene;
    await attempt(scene, 'healthy', 'answered', 100);
    claim(destinations, crowdOf(99), 3);
    expect(claim(destinations, [...crowdOf(200).slice(99), 'healthy'], 20)).toHaveLength(3 + 20);
    expect(destinations.plan().lanes).toBe(slots / 4 - 20);
  });

  it('are free again for those that answer as soon as everything that was under way turns out to be slow', async () => {
    const scene = setUp();
    const { clock, destinations } = scene;
    for (const portal of ['healthy', ...crowdOf(200)]) await attempt(scene, portal, 'answered', 100);
    // All of these answered until now, and all of them hang at the same moment.
    while (claim(destinations, crowdOf(200), 3).length > 0);
    expect(claim(destinations, ['healthy'], 1)).toHaveLength(0);
    await clock.advance(2_001);
    expect(claim(destinations, crowdOf(200), 3)).toHaveLength(0);
    expect(claim(destinations, ['new'], 3)).toHaveLength(0);
    expect(claim(destinations, ['healthy'], 20)).toHaveLength(20);
  });

  it('are not lent out without end', async () => {
    const scene = setUp();
    const { clock, destinations } = scene;
    for (const portal of crowdOf(600)) await attempt(scene, portal, 'answered', 100);
    let taken = 0;
    for (let wave = 0; wave < 10; wave += 1) {
      const portals = crowdOf(600).slice(wave * 60, wave * 60 + 60);
      for (let got = -1; got !== 0; taken += got) got = claim(destinations, portals, 60).length;
      await clock.advance(2_001);
    }
    expect(taken).toBe(2 * slots);
  });

  it('are not all taken by one claim of slow destinations, which take turns', async () => {
    const scene = setUp();
    const { clock, destinations } = scene;
    for (const portal of crowdOf(200)) await attempt(scene, portal, 'answered', 3_000);
    const first = claim(destinations, crowdOf(200), 4);
    expect(first).toHaveLength(slots / 2);
    expect(claim(destinations, crowdOf(200), 4)).toHaveLength(0);
    await clock.advance(3_000);
    for (const slot of first) slot.leave();
    const offered = (): string[] =>
      destinations.plan().allowances.flatMap(({ portal, lanes }) => (lanes > 0 ? [portal] : []));
    // Those whose turn it is may have nothing waiting: after a few claims everybody was offered a slot.
    expect(new Set([...offered(), ...offered(), ...offered(), ...offered()]).size).toBe(200);
  });

  it('are kept for those that answered lately when two hundred portals hang', async () => {
    const scene = setUp();
    const { clock, destinations } = scene;
    await attempt(scene, 'healthy', 'answered', 100);
    // They take what a claim would give them, until it gives no more.
    for (let round = 0; round < 8; round += 1) {
      for (let portal = 0; portal < 200; portal += 1) {
        if (destinations.plan().lanes > 0 && allowed(destinations, `p${portal}`) > 0)
          hang(destinations, `p${portal}`, 1);
      }
    }
    expect(destinations.plan().lanes).toBeGreaterThanOrEqual(slots / 4);
    expect(allowed(destinations, 'healthy')).toBeGreaterThanOrEqual(8);
    // Nothing is known of these; while the hanging ones are not yet known to be slow they wait.
    expect(allowed(destinations, 'new')).toBe(0);
    await clock.advance(2_001);
    expect(allowed(destinations, 'p0')).toBe(0);
    expect(allowed(destinations, 'healthy')).toBeGreaterThanOrEqual(8);
  });

  it('are open to unknown destinations again when slow ones hold only their share', async () => {
    const { clock, destinations } = setUp();
    for (let portal = 0; portal < 25; portal += 1) hang(destinations, `p${portal}`, 8);
    await clock.advance(2_001);
    expect(allowed(destinations, 'p0')).toBe(0);
    expect(allowed(destinations, 'new')).toBe(8);
  });
});
