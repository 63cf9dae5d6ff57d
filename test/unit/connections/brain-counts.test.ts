import { describe, expect, it } from 'vitest';
import { brainCounts } from '../../../src/connections/brain-counts.ts';
import { createMetrics } from '../../../src/runtime/metrics.ts';

const texts = { ru: 'Ответы', en: 'Answers' };

describe('the counters of a brain', () => {
  it('are series of /metrics under the names it declares', async () => {
    const { brain, registry } = createMetrics();
    const count = brainCounts(brain, { name: 'one', counters: [{ name: 'answers', title: texts, help: texts }] });
    count('answers');
    count('answers', 4);
    expect(await registry.metrics()).toContain('bot_bridge_brain_total{brain="one",counter="answers"} 5');
  });

  it('refuse a name that is not declared, so that nothing from outside becomes a series', async () => {
    const { brain, registry } = createMetrics();
    expect(() => brainCounts(brain, { name: 'one' })('chat 12')).toThrow('chat 12');
    expect(await registry.metrics()).not.toContain('counter=');
  });
});
