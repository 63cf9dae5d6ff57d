import { describe, expect, it } from 'vitest';
import { createFilePlaces, type FilePlaces } from '../../../src/http/file-places.ts';

const many = 200;

/** How many places they get who ask so often. */
function countOf(places: FilePlaces, askers: (index: number) => readonly [portal: string, sender: string]): number {
  return Array.from({ length: many }, (_, index) => places.enter(...askers(index))).filter((leave) => leave !== null)
    .length;
}

describe('places for files under way', () => {
  it('are left for others when one portal holds all it may', () => {
    const places = createFilePlaces();
    expect(countOf(places, (index) => ['greedy', `sender ${index}`])).toBe(8);
    expect(places.enter('neighbour', 'sender 1')).not.toBeNull();
  });

  it('are left for portals without one when a few portals hold all they may', () => {
    const places = createFilePlaces();
    const held = countOf(places, (index) => [`greedy ${index % 10}`, `sender ${index}`]);
    expect(held).toBeLessThan(64);
    expect(places.enter('greedy 1', 'sender 1000')).toBeNull();
    expect(places.enter('neighbour', 'service')).not.toBeNull();
  });

  it('are left for other senders when one asks for the files of many portals', () => {
    const places = createFilePlaces();
    expect(countOf(places, (index) => [`portal ${index}`, 'greedy'])).toBe(32);
    expect(places.enter('neighbour', 'service')).not.toBeNull();
  });

  it('are never more than there are, and can be taken again when they were given back', () => {
    const places = createFilePlaces();
    const leaves = Array.from({ length: many }, (_, index) => places.enter(`portal ${index}`, `sender ${index}`));
    expect(leaves.filter((leave) => leave !== null)).toHaveLength(64);
    for (const leave of leaves) leave?.();
    expect(countOf(places, (index) => [`portal ${index}`, `sender ${index}`])).toBe(64);
  });
});
