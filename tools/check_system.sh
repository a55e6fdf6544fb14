#!/bin/sh
# Looks whether this machine has what Ieumgil needs, and says what to do where it has not.
#   check_system.sh python [PROGRAM]   prints a Python that will do (PROGRAM alone, if given)
#   check_system.sh postgres PYTHON    PostgreSQL for the tests; installed if this is root on Debian or Ubuntu
#   check_system.sh documents PYTHON   Pango, by which PDFs are made; installed likewise
#   check_system.sh browser            Chromium for the journeys; installed likewise
set -u

say() { printf '%s\n' "$@" >&2; }

refuse_windows() {
    case "$(uname -s 2>/dev/null)" in
    CYGWIN* | MINGW* | MSYS* | Windows*)
        say "Ieumgil does not run on Windows itself." \
            "What to do: install the Windows Subsystem for Linux (in PowerShell: wsl --install -d Debian)," \
            "open it, clone the repository there and run the same command again."
        exit 1
        ;;
    esac
}

will_do() {
    "$1" -c 'import ensurepip, sqlite3, ssl, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for candidate in ${1:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if will_do "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    say "Ieumgil needs Python 3.11 or newer with its venv module; here there is:"
    for candidate in ${1:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if found=$(command -v "$candidate"); then
            say "  $found: $("$found" --version 2>&1)"
            "$found" -c 'import ensurepip, venv' 2>/dev/null || say "    without venv (Debian: the package python3-venv)"
        fi
    done
    say "What to do: Debian 12, Ubuntu 24.04 or newer: apt-get install python3 python3-venv" \
        "            macOS: brew install python@3.13" \
        "            elsewhere: install Python 3.11 or newer beside the old one; or name it: make PYTHON=/path/to/python3"
    exit 1
}

find_postgres() {
    missing=$("$1" -m tests.support.postgres 2>&1 >/dev/null) && return
    if [ "${IEUMGIL_SKIP_POSTGRES:-}" = 1 ]; then
        say "PostgreSQL: not run (IEUMGIL_SKIP_POSTGRES=1)"
        return
    fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "$missing: installing the package postgresql"
        export DEBIAN_FRONTEND=noninteractive
        { apt-get update && apt-get install --yes --no-install-recommends postgresql; } >&2
        missing=$("$1" -m tests.support.postgres 2>&1 >/dev/null) && return
    fi
    say "PostgreSQL: not run. $missing." \
        "The tests start a throw-away server of their own; only its programs must be there." \
        "What to do: Debian 12, Ubuntu 24.04 or newer: sudo apt-get install postgresql" \
        "            macOS: brew install postgresql@16" \
        "            to test on SQLite alone: IEUMGIL_SKIP_POSTGRES=1 make test"
    exit 1
}

lacks_for_documents() {
    said=$("$1" -c 'from weasyprint.text import ffi; assert ffi.harfbuzz_subset, "libharfbuzz-subset"' 2>&1) && return
    named=$(printf '%s' "$said" | grep -oE 'lib(pango|harfbuzz|fontconfig|gobject)[a-z0-9.-]*' | tail -n 1)
    printf '%s' "${named:-Pango}"
}

find_documents() {
    packages="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    missing=$(lacks_for_documents "$1")
    [ -z "$missing" ] && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "PDF: $missing is missing: installing the packages $packages"
        export DEBIAN_FRONTEND=noninteractive
        # shellcheck disable=SC2086  three words
        { apt-get update && apt-get install --yes --no-install-recommends $packages; } >&2
        missing=$(lacks_for_documents "$1")
        [ -z "$missing" ] && return
    fi
    say "PDF: not made here. $missing is missing; everything else works, and pages that make a PDF say so." \
        "What to do: Debian 12, Ubuntu 24.04 or newer: sudo apt-get install $packages" \
        "            macOS: brew install pango"
    exit 1
}

has_browser() {
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null
}

find_browser() {
    has_browser && return
    if [ "${IEUMGIL_SKIP_BROWSER:-}" = 1 ]; then
        say "Chromium: not run (IEUMGIL_SKIP_BROWSER=1); no journey is made in a browser"
        return
    fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "no Chromium on this machine: installing the package chromium"
        export DEBIAN_FRONTEND=noninteractive
        { apt-get update && apt-get install --yes --no-install-recommends chromium; } >&2
        has_browser && return
    fi
    say "Chromium: not run. The journeys need it." \
        "What to do: Debian 12 or newer: sudo apt-get install chromium" \
        "            macOS: brew install --cask chromium" \
        "            to test without: IEUMGIL_SKIP_BROWSER=1 make test"
    exit 1
}

refuse_windows
case "${1:-}" in
python) find_python "${2:-}" ;;
postgres) find_postgres "$2" ;;
documents) find_documents "$2" ;;
browser) find_browser ;;
*)
    say "usage: tools/check_system.sh python [PROGRAM] | postgres PYTHON | documents PYTHON | browser"
    exit 2
    ;;
esac
