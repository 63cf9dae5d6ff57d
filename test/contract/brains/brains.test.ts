/** Runs the contract suite over every registered brain, and over three fake ones of different nature. */
import { describe, expect, it } from 'vitest';
import { sandboxBrains } from '../../../sandbox/brain-list.ts';
import { brains } from '../../../src/brains/index.ts';
import { callBrain, hookBrain, socketBrain } from '../../support/fake-brains/fake-brains.ts';
import { startFakeServer } from '../../support/fake-brains/fake-server.ts';
import type { BrainHarness } from './brain-harness.ts';
import { runConnectorContract } from './contract-suite.ts';
import { harnesses } from './harnesses.ts';

const token = 'fake-token-5f1b3c77aa0e';
const answerTo = (text: string): string => `re: ${text}`;
const fake = { config: ({ origin }: { origin: string }) => ({ origin, token }), secrets: [token], answerTo };

const fakes: readonly BrainHarness[] = [
  {
    ...fake,
    brain: callBrain,
    fakeServer: () => startFakeServer('in-call'),
    speaks: false,
    request: { name: 'say', params: { text: 'запрос' }, shows: answerTo('запрос') },
  },
  { ...fake, brain: hookBrain, fakeServer: () => startFakeServer('by-webhook'), speaks: true },
  { ...fake, brain: socketBrain, fakeServer: () => startFakeServer('by-socket'), speaks: true },
];

for (const harness of fakes) runConnectorContract(harness);
for (const brain of brains) {
  const harness = harnesses[brain.name];
  if (harness !== undefined) runConnectorContract({ ...harness, brain });
}

describe('the list of brains', () => {
  const names = brains.map(({ name }) => name);

  it('has a harness for every brain, and no other', () => {
    expect(Object.keys(harnesses).sort()).toEqual([...names].sort());
  });

  it('is the list of the sandbox too', () => {
    expect(Object.keys(sandboxBrains).sort()).toEqual([...names].sort());
  });
});
