#!/usr/bin/env bash
# The environment in .venv: exactly the locked packages, hashes checked. `run` or `dev`. Quick when nothing changed.
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:-run}
if [[ "$kind" == dev ]]; then lock=requirements-dev.lock; else lock=requirements.lock; fi
stamp=.venv/installed
state=$(cat "$lock" requirements-build.lock scripts/setup.sh pyproject.toml | sha256sum | cut -d ' ' -f 1)

# What is there for development serves to run as well.
if [[ -x .venv/bin/rongtong ]] && grep -qx "$kind $state" "$stamp" 2>/dev/null; then exit 0; fi

exec 9>.setup.lock
flock 9
if [[ -x .venv/bin/rongtong ]] && grep -qx "$kind $state" "$stamp" 2>/dev/null; then exit 0; fi
# A plain run never takes development's packages away.
if [[ "$kind" == run ]] && grep -q "^dev " "$stamp" 2>/dev/null; then exec 9>&-; exec "$0" dev; fi

python=${PYTHON:-}
for candidate in python3.11 python3 python3.12 python3.13; do
    [[ -z "$python" ]] || break
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$candidate; fi
done
if [[ -z "$python" ]]; then
    echo "Python 3.11 is needed: install it, or name it with PYTHON=/path/to/python3.11" >&2
    exit 1
fi

if ! [[ -x .venv/bin/python ]] || ! .venv/bin/python -c '' 2>/dev/null; then
    echo "· environment (.venv, $("$python" --version))" >&2
    if ! "$python" -m venv --clear .venv; then
        echo "Python's venv module is missing: apt-get install python3-venv" >&2
        exit 1
    fi
fi
if ! .venv/tools/bin/uv --version 2>/dev/null | grep -qF "$(sed -n 's/^uv==\([^ ]*\).*/\1/p' requirements-build.lock)"; then
    # Beside the environment, not in it: `uv pip sync` takes away whatever the lock does not name.
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade --no-deps --require-hashes \
        --target .venv/tools --requirement requirements-build.lock
fi
echo "· packages ($lock)" >&2
uv=(.venv/tools/bin/uv pip --quiet)
export VIRTUAL_ENV="$PWD/.venv"
"${uv[@]}" sync --require-hashes "$lock"
# Built with the build packages beside the environment, so that nothing unpinned is fetched.
PYTHONPATH="$PWD/.venv/tools" "${uv[@]}" install --no-deps --no-build-isolation --editable .
ln -sf ../tools/bin/uv .venv/bin/uv
echo "$kind $state" >"$stamp"
if [[ "$kind" == dev ]]; then
    echo "run $(cat requirements.lock requirements-build.lock scripts/setup.sh pyproject.toml | sha256sum | cut -d ' ' -f 1)" >>"$stamp"
fi
