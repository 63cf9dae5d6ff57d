/** All soak runs, and which of them share the time. */
import { kills } from './kills.ts';
import { neighbours } from './neighbours.ts';
import type { Soak } from './support/soak.ts';

export const soaks: readonly Soak[] = [neighbours, kills];

/**
 * What runs when: the phases one after the other; within a phase its columns side by side, each from top to bottom. Runs that measure
 * times have the machine for themselves.
 */
export const phases: readonly (readonly (readonly string[])[])[] = [[['neighbours']], [['kills']]];
