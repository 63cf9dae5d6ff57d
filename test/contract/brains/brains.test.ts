/** Runs the battery over every registered brain, and over three fake ones of different nature. */
import { describe, expect, it } from 'vitest';
import { brains } from '../../../src/brains/index.ts';
import { callBrain, hookBrain, socketBrain } from '../../support/fake-brains/fake-brains.ts';
import { startFakeServer } from '../../support/fake-brains/fake-server.ts';
import { messageGatewayBench } from '../../support/messagegateway-fake-server.ts';
import { type BrainBench, runConnectorContract } from './contract-suite.ts';

const token = 'fake-token-5f1b3c77aa0e';
const answerTo = (text: string): string => `re: ${text}`;
const fake = { config: ({ origin }: { origin: string }) => ({ origin, token }), secrets: [token], answerTo };

const fakes: readonly BrainBench[] = [
  { ...fake, brain: callBrain, fakeServer: () => startFakeServer('in-call'), speaks: false },
  { ...fake, brain: hookBrain, fakeServer: () => startFakeServer('by-webhook'), speaks: true },
  { ...fake, brain: socketBrain, fakeServer: () => startFakeServer('by-socket'), speaks: true },
];

/** A bench for each registered brain, by name. */
const benches: Readonly<Record<string, Omit<BrainBench, 'brain'>>> = {
  echo: { fakeServer: null, config: () => null, secrets: [], answerTo: (text) => text, speaks: false },
  messagegateway: messageGatewayBench(),
};

for (const bench of fakes) runConnectorContract(bench);
for (const brain of brains) {
  const bench = benches[brain.name];
  if (bench !== undefined) runConnectorContract({ ...bench, brain });
}

describe('the list of brains', () => {
  it('has a bench for every brain', () => {
    expect(brains.map((brain) => brain.name).filter((name) => benches[name] === undefined)).toEqual([]);
  });
});
