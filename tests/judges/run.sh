#!/usr/bin/env bash
# The emails of the tests before axe, the Nu Html Checker and Can I email. Installs Chromium and Java where apt can.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

missing=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing+=(chromium)
command -v java >/dev/null || missing+=(default-jre-headless)
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
npm ci --prefix "$here" --silent --no-audit --no-fund --ignore-scripts

emails=$(mktemp -d)
trap 'rm -rf "$emails"' EXIT
(cd "$root" && .venv/bin/python -m tests.judges.write "$emails")
node "$here/judge.mjs" "$emails"
