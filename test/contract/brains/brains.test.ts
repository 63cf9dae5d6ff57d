/** Runs the battery over every registered brain, and over three fake ones of different nature. */
import { describe, expect, it } from 'vitest';
import { brains } from '../../../src/brains/index.ts';
import { callBrain, hookBrain, socketBrain } from '../../support/fake-brains/fake-brains.ts';
import { startFarEnd } from '../../support/fake-brains/far-end.ts';
import { messageGatewayBench } from '../../support/messagegateway-far-end.ts';
import { type BrainBench, runBrainBattery } from './battery.ts';

const token = 'fake-token-5f1b3c77aa0e';
const answerTo = (text: string): string => `re: ${text}`;
const fake = { config: ({ origin }: { origin: string }) => ({ origin, token }), secrets: [token], answerTo };

const fakes: readonly BrainBench[] = [
  { ...fake, brain: callBrain, farEnd: () => startFarEnd('in-call'), speaks: false },
  { ...fake, brain: hookBrain, farEnd: () => startFarEnd('by-webhook'), speaks: true },
  { ...fake, brain: socketBrain, farEnd: () => startFarEnd('by-socket'), speaks: true },
];

/** A bench for each registered brain, by name. */
const benches: Readonly<Record<string, Omit<BrainBench, 'brain'>>> = {
  echo: { farEnd: null, config: () => null, secrets: [], answerTo: (text) => text, speaks: false },
  messagegateway: messageGatewayBench(),
};

for (const bench of fakes) runBrainBattery(bench);
for (const brain of brains) {
  const bench = benches[brain.name];
  if (bench !== undefined) runBrainBattery({ ...bench, brain });
}

describe('the list of brains', () => {
  it('has a bench for every brain', () => {
    expect(brains.map((brain) => brain.name).filter((name) => benches[name] === undefined)).toEqual([]);
  });
});
