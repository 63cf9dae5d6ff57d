#!/usr/bin/env bash
# Runs the tests of the store and of what people say on a Citus cluster, where each installation is a distributed schema (docs/citus.md).
# CITUS_CLUSTER names a program that starts a cluster: `$CITUS_CLUSTER FOLDER PORT` prints the address of the coordinator's database, as a superuser;
# `$CITUS_CLUSTER --stop FOLDER` ends it. TEST_CITUS_URL names one that runs already. Without either, nothing is tested, and that is said.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -z "${TEST_CITUS_URL:-}" ]; then
  if [ -z "${CITUS_CLUSTER:-}" ]; then
    echo "skipped: the tests on Citus need a cluster (CITUS_CLUSTER or TEST_CITUS_URL, see docs/citus.md)"
    exit 0
  fi
  folder=$(mktemp -d /tmp/bridge-citus.XXXXXX)
  port=$(node -e "const s=require('net').createServer().listen(0,'127.0.0.1',()=>{console.log(s.address().port);s.close()})")
  end() { "$CITUS_CLUSTER" --stop "$folder" || true; rm -rf "$folder"; }
  trap end EXIT
  TEST_CITUS_URL=$("$CITUS_CLUSTER" "$folder" "$port" | tail -n 1)
fi
export TEST_CITUS_URL

if [ $# -gt 0 ]; then
  npm test -- "$@"
  exit
fi
npm test -- --project citus
# Left out, because the tests' own means do not work on a distributed schema, not because the app does not:
#   integration/schema.test.ts                   describes the tables of a database as a whole
#   integration/lib                              knows no tables of ours
#   resilience/{token-refresh,portal-account,unwritable}   watch or refuse rows by triggers, which Citus allows on no distributed table
#   sweeps/processes/database-restart, embedded-postgres-*  stop servers of their own
npm test -- --project integration \
  --exclude 'test/integration/resilience/{token-refresh,portal-account,unwritable}.test.ts' \
  test/integration/{store,backup,queue,portals,connections,event-apis,flow,resilience,webhook,cli}
npm test -- --project sweeps \
  test/sweeps/{cut-batches,busy-event-apis,oauth-host-hangs,webhook-long-talk} \
  test/sweeps/processes/{dead-workers,kill-minus-nine,two-processes,rolling-deploy,strangers-memory}
