# Makes .venv with Python 3.11 or newer and installs the pinned packages of the files named, with the hashes of
# their locks (`make lock`): a file that the package index has changed since is refused.
# A file is installed again only when it, or the Python, is another than last time. What neither file pins any
# more is removed then.
set -eu

stop() {
    echo "$1" >&2
    exit 1
}

mark_of() {
    { "$1" -c 'import sys; print(sys.version)'; cat requirements.txt requirements.lock "$2" "${2%.txt}.lock"; } | cksum
}

find_python() {
    for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    stop "Muster needs Python 3.11 or newer, and none was found. Install one, or specify it: PYTHON=/path/to/python make run"
}

make_environment() {
    python=$(find_python)
    "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
        stop "The Python found ($python) is missing the venv module. On Debian and Ubuntu: apt-get install python3-venv"
    echo "Creating the environment in .venv (first run only)…"
    rm -rf .venv
    # Like `-m venv .venv`, but Ctrl-C ends it without a traceback.
    "$python" -c '
import runpy, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
sys.argv = ["venv", ".venv"]
runpy.run_module("venv", run_name="__main__")' || stop "The environment couldn’t be created in .venv; see the lines above."
}

# Other checkouts that share a linked environment may pin more.
remove_unpinned() {
    [ ! -L .venv ] || return 0
    pinned=$(sed -n 's/^\([A-Za-z0-9_.-]*\)==.*/\1/p' requirements*.txt | plain)
    .venv/bin/python -m pip list --format=freeze --disable-pip-version-check |
        sed 's/==.*//' | plain | grep -vxE 'pip|setuptools|wheel' | grep -vxF "$pinned" |
        xargs .venv/bin/python -m pip uninstall -qq --yes 2>/dev/null || true
}

is_locked() {
    for one in requirements.txt "$1"; do
        [ "$(pins_of "$one")" = "$(pins_of "${one%.txt}.lock")" ] || return 1
    done
}

pins_of() {
    sed -n 's/^\([A-Za-z0-9_.-]*==[^ ;]*\).*/\1/p' "$1" | plain | sort
}

plain() {
    tr 'A-Z_.' 'a-z--'
}

if ! .venv/bin/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    make_environment
fi

for file in "$@"; do
    mark=$(mark_of .venv/bin/python "$file")
    stamp=".venv/.installed-$file"
    if [ "$(cat "$stamp" 2>/dev/null || true)" = "$mark" ]; then
        continue
    fi
    is_locked "$file" || stop "The hashes of the packages in $file are not those of this version. Run make lock."
    echo "Installing packages from $file…"
    rm -f "$stamp"
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes \
        --requirement "${file%.txt}.lock" ||
        stop "The packages from $file couldn’t be installed; see the lines above. Nothing else was changed."
    remove_unpinned
    echo "$mark" >"$stamp"
done
