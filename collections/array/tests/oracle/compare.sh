#!/usr/bin/env bash
# Draws COUNT cases from SEED, runs them and shows what disagrees with NumPy.
#
#     tests/oracle/compare.sh [SEED] [COUNT]
#
# PYTHON names a Python with NumPy; without it a virtual environment is made.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-}
if [ -z "$python" ]; then
    venv=${TMPDIR:-/tmp}/swath-oracle-venv
    [ -x "$venv/bin/python" ] || { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet 'numpy>=2.3,<3'; }
    python=$venv/bin/python
fi
cases=$(mktemp)
trap 'rm -f "$cases"' EXIT
"$python" "$here/draw.py" "${1:-1}" "${2:-5000}" > "$cases"
cd "$here/../.." && cargo run --quiet -p swath-array --example cases < "$cases"
