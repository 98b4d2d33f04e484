# Writes for each requirements*.txt a .lock with the SHA-256 of every file that the package index has for its pins,
# whatever the system and Python, so that `pip install --require-hashes` takes no others. No pin is changed.
set -eu

if [ ! -x build/lock/bin/uv ]; then
    "${PYTHON:-python3}" -m venv build/lock
    if [ -f requirements-lock.lock ]; then
        build/lock/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-lock.lock
    else
        build/lock/bin/python -m pip install -qq --disable-pip-version-check -r requirements-lock.txt
    fi
fi

for file in requirements*.txt; do
    lock="${file%.txt}.lock"
    {
        echo "# Written by \`make lock\` from $file: do not edit."
        sed -n 's/^-r \(.*\)\.txt$/-r \1.lock/p' "$file"
        sed '/^-r /d' "$file" | build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --no-deps \
            --generate-hashes --no-header --no-annotate -
    } >"build/$lock"
    mv "build/$lock" "$lock"
done
