/** Accessibility problems that axe finds: what keeps people with a screen reader, a keyboard or poor eyesight from using a page. */
import axe from 'axe-core';
import type { Frame, Page } from 'playwright-core';

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

/** Runs in the page, whose content security policy forbids script elements but not evaluations by the test. */
const run = `(async () => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] });
  return violations.map(({ id, impact, nodes }) => ({
    id,
    impact,
    nodes: nodes.slice(0, 3).map(({ target, failureSummary }) => ({ target, failureSummary })),
  }));
})()`;

/** The serious and critical findings, one line each; the page or frame must already be in the state to be checked. */
export async function seriousFindings(page: Page | Frame): Promise<string[]> {
  await page.evaluate(axe.source);
  const violations: readonly Violation[] = await page.evaluate(run);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary = '' }) => `${id}: ${target.join(' ')}: ${failureSummary.replaceAll(/\s+/g, ' ')}`,
      ),
    );
}
