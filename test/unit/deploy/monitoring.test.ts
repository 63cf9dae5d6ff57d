/** Alerts, dashboard and papers name metrics that the app has, and every alert has its page. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../../src/runtime/metrics.ts';

const pathOf = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const read = (path: string): string => readFileSync(pathOf(path), 'utf8');

const rules = read('deploy/prometheus/alerts.yml');
const alerts = [...rules.matchAll(/- alert: (\w+)\n\s+expr: '(.+)'\n[^-]*runbook: (\S+)\n/g)].map(
  ([, name = '', expr = '', page = '']) => ({ name, expr: expr.replaceAll("''", "'"), page }),
);

/** Given by Prometheus itself. */
const ofPrometheus = ['up'];

/** The metrics of the app with their labels. */
function registered(): ReadonlyMap<string, readonly string[]> {
  const all = createMetrics().registry.getMetricsAsArray();
  return new Map(
    all.map((metric) => {
      const labels = 'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames.map(String) : [];
      return [metric.name, labels];
    }),
  );
}

interface Named {
  readonly metric: string;
  /** Labels it is chosen by. */
  readonly labels: readonly string[];
}

/** Labels that Prometheus adds to what it reads. */
const added = ['job', 'instance', 'le'];

/** The metrics that an expression names: words followed by a selector or standing by themselves, functions and labels apart. */
function metricsIn(expr: string): Named[] {
  const bare = expr.replaceAll(/\b(by|without)\s*\([^)]*\)/g, '');
  return [...bare.matchAll(/\b([a-z]\w*_\w+|up)\b(?!\s*\()(\{[^}]*\})?/g)]
    .filter(([word]) => !/^\$|^(label_values|histogram_quantile)$/.test(word))
    .map(([, metric = '', selector = '']) => ({
      metric: metric.replace(/_(bucket|sum|count)$/, (end) => (isHistogram(metric) ? '' : end)),
      labels: [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
    }));
}

const isHistogram = (metric: string): boolean => /_seconds_(bucket|sum|count)$/.test(metric);

function unknownIn(expressions: readonly string[]): string[] {
  const known = registered();
  return expressions.flatMap(metricsIn).flatMap(({ metric, labels }) => {
    if (ofPrometheus.includes(metric)) return [];
    const own = known.get(metric);
    if (own === undefined) return [metric];
    return labels.filter((label) => !own.includes(label) && !added.includes(label)).map((one) => `${metric}{${one}}`);
  });
}

/** A label of grouping that no metric of the expression has. */
function strangeLabelsIn(expr: string): string[] {
  const known = registered();
  const own = metricsIn(expr).flatMap(({ metric }) => known.get(metric) ?? []);
  return [...expr.matchAll(/\bby\s*\(([^)]*)\)/g)]
    .flatMap(([, list = '']) => list.split(',').map((label) => label.trim()))
    .filter((label) => !own.includes(label) && !added.includes(label));
}

const dashboard = JSON.parse(read('deploy/grafana/dashboard.json')) as {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
};
const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

describe('alerts', () => {
  it('are read here as they stand in the file', () => {
    expect(alerts).toHaveLength(rules.match(/- alert:/g)?.length ?? 0);
    expect(alerts.length).toBeGreaterThan(5);
  });

  it('watch metrics and labels that the app has', () => {
    expect(unknownIn(alerts.map(({ expr }) => expr))).toEqual([]);
    for (const { expr } of alerts) expect(strangeLabelsIn(expr), expr).toEqual([]);
  });

  it('have a page each, which says their name and expression, and a test', () => {
    const tests = read('deploy/prometheus/alerts.test.yml');
    const list = read('docs/alerts/README.md');
    for (const { name, expr, page } of alerts) {
      const text = read(page);
      expect(text.startsWith(`# ${name}\n`), page).toBe(true);
      expect(text).toContain(`\`${expr}\``);
      expect(list).toContain(`[${name}](${page.replace('docs/alerts/', '')})`);
      expect(tests).toMatch(new RegExp(`alertname: ${name}\\n\\s+eval_time: \\S+\\n\\s+exp_alerts:\\n`));
    }
    const pages = readdirSync(pathOf('docs/alerts')).filter((file) => file !== 'README.md');
    expect(pages.sort()).toEqual(alerts.map(({ page }) => page.replace('docs/alerts/', '')).sort());
  });
});

describe('the dashboard', () => {
  it('draws metrics and labels that the app has', () => {
    expect(queries.length).toBeGreaterThan(15);
    expect(unknownIn(queries)).toEqual([]);
    for (const expr of queries) expect(strangeLabelsIn(expr), expr).toEqual([]);
  });
});

describe('the papers', () => {
  it('name metrics that the app has', () => {
    const known = registered();
    const files = ['docs/operating.md', ...alerts.map(({ page }) => page)];
    const named = files.flatMap((file) => [...read(file).matchAll(/\bbridge_[a-z_\d]+/g)].map(([name]) => name));
    expect(named.length).toBeGreaterThan(5);
    expect([...new Set(named)].filter((name) => !known.has(name.replace(/_(bucket|sum|count)$/, '')))).toEqual([]);
  });
});

describe('this test', () => {
  it('finds a metric, a label and a grouping that do not exist', () => {
    expect(unknownIn(['sum(rate(bridge_no_such_total[5m])) > 0'])).toEqual(['bridge_no_such_total']);
    expect(unknownIn(['bridge_lane_depth{color="red"}'])).toEqual(['bridge_lane_depth{color}']);
    expect(strangeLabelsIn('sum by (color) (bridge_lane_depth)')).toEqual(['color']);
  });
});
