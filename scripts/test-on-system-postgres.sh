#!/usr/bin/env bash
# Runs the tests of schema, endpoint, lanes and uninstall on the PostgreSQL server installed from this machine's packages (Debian 12: 15),
# in a temporary data folder. With --install, and as root, a missing server is installed first.
set -euo pipefail
cd "$(dirname "$0")/.."

find_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | while read -r folder; do [ -x "$folder/postgres" ] && echo "$folder"; done | tail -n 1; }

bin=$(find_bin)
if [ -z "$bin" ] && [ "${1:-}" = "--install" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null
  bin=$(find_bin)
fi
if [ -z "$bin" ]; then
  echo "no PostgreSQL server is installed here (Debian: apt-get install postgresql); nothing was tested" >&2
  exit 1
fi

folder=$(mktemp -d /tmp/bridge-system-postgres.XXXXXX)
port=$(node -e "const s=require('net').createServer().listen(0,'127.0.0.1',()=>{console.log(s.address().port);s.close()})")
as_server() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi; }
[ "$(id -u)" = 0 ] && chown postgres "$folder"
end() { as_server "$bin/pg_ctl" -D "$folder/data" -m immediate -s stop || true; rm -rf "$folder"; }
trap end EXIT
as_server "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >/dev/null
as_server "$bin/pg_ctl" -D "$folder/data" -s -w -l "$folder/log" \
  -o "-p $port -c listen_addresses=127.0.0.1 -k $folder -c fsync=off -c max_connections=200" start
echo "PostgreSQL $("$bin/postgres" -V | grep -oE '[0-9.]+' | head -n 1)"
TEST_DATABASE_ADMIN_URL="postgres://postgres@127.0.0.1:$port/postgres" npm test -- --project integration --project sweeps \
  test/integration/flow test/integration/install/uninstall.test.ts test/integration/install/page-install.test.ts \
  test/integration/store/claim-lanes.test.ts test/integration/resilience/duplicates.test.ts test/integration/resilience/endpoint-bad-input.test.ts \
  test/sweeps/processes/dead-workers.test.ts
