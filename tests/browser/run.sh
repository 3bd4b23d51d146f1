#!/usr/bin/env bash
# The whole story of a communications officer, in Chromium, which is installed where apt can. run.sh [--pictures] [--shots FOLDER];
# --pictures also writes those of the guides, into docs/pictures/.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
judges=$root/tests/judges # the same browser library, at the same version

pictures=
options=()
while [ $# -gt 0 ]; do
  case $1 in
    --pictures) pictures=$(mktemp -d); options+=(--pictures "$pictures"); shift ;;
    --shots) options+=(--shots "$2"); shift 2 ;;
    *) echo "run.sh [--pictures] [--shots FOLDER]" >&2; exit 2 ;;
  esac
done
trap 'rm -rf ${pictures:+"$pictures"}' EXIT

if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
fi
if [ ! "$judges/node_modules/.package-lock.json" -nt "$judges/package-lock.json" ]; then
  npm ci --prefix "$judges" --silent --no-audit --no-fund --ignore-scripts
fi

node "$here/story.mjs" "${options[@]}"
if [ -n "$pictures" ]; then
  (cd "$root" && .venv/bin/python -m tests.browser.lighten "$pictures" docs/pictures)
fi
