#!/usr/bin/env bash
# Debian packages that no Python wheel brings. Installs what is missing when root asks on a Debian system; otherwise
# names it and goes on: pages work without them, only PDF files (run) or some tests (test) do not.
set -euo pipefail

for_run=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-noto-cjk)
for_test=(chromium poppler-utils)

packages=("${for_run[@]}")
if [[ "${1:-run}" == test ]]; then packages+=("${for_test[@]}"); fi

if ! command -v dpkg-query >/dev/null; then
    echo "Not a Debian system: install the equivalents of ${packages[*]} yourself." >&2
    exit 0
fi

missing=()
for package in "${packages[@]}"; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ "$state" == installed ]] || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

if [[ $(id -u) -ne 0 ]]; then
    echo "Missing system packages: ${missing[*]}" >&2
    echo "  sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 0
fi

echo "· system packages: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
install=(apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=120 "${missing[@]}")
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The package lists may be old or absent: fetch them only when they prove so.
if ! "${install[@]}" >"$log" 2>&1 && ! { apt-get update -qq && "${install[@]}"; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    echo "Could not install ${missing[*]}; going on without." >&2
fi
