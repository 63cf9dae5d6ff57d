import { describe, expect, it } from 'vitest';
import { auditSentence, listComponents, refusedLicences } from '../../scripts/supply-chain-report.ts';

const bill = (...licences: readonly unknown[]): string =>
  JSON.stringify({
    bomFormat: 'CycloneDX',
    components: licences.map((license, number) => ({
      name: `p${number}`,
      version: '1.0.0',
      ...(license === undefined ? {} : { licenses: [license] }),
    })),
  });

describe('the licences', () => {
  it('that are on the list pass, also where a package offers another one beside', () => {
    const components = listComponents(
      bill({ license: { id: 'MIT' } }, { expression: '(GPL-3.0-only OR MIT)' }, { expression: 'MIT AND ISC' }),
    );
    expect(components.map(({ name }) => name)).toEqual(['p0@1.0.0', 'p1@1.0.0', 'p2@1.0.0']);
    expect(refusedLicences(components)).toEqual([]);
  });

  it('that are not on the list, or not named, are refused', () => {
    const components = listComponents(
      bill(
        { license: { id: 'GPL-3.0-only' } },
        { expression: 'MIT AND SSPL-1.0' },
        { license: { name: 'see file' } },
        undefined,
      ),
    );
    expect(refusedLicences(components)).toHaveLength(4);
  });

  it('are not taken as checked when there is nothing to check', () => {
    expect(() => listComponents(bill())).toThrow(/too_small/);
    expect(() => listComponents('{"error": {}}')).toThrow(/bomFormat/);
  });
});

describe('the audit', () => {
  it('tells its figures', () => {
    const vulnerabilities = { info: 0, low: 1, moderate: 2, high: 3, critical: 4, total: 10 };
    expect(auditSentence(JSON.stringify({ metadata: { vulnerabilities } }))).toContain(
      '4 critical, 3 high, 2 moderate, 1 low',
    );
  });

  it.each(['', 'no JSON', '{"message":"405 Method Not Allowed"}'])('says that there is none for %j', (output) => {
    expect(auditSentence(output)).toContain('NOT checked');
  });
});
