"""A throw-away PostgreSQL for tests: a folder of its own, a unix socket only, an unprivileged user, fsync on."""

import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

OLDEST: Final = 15
PORT: Final = 5432  # only part of the socket's name: nothing listens on the network
START_SECONDS: Final = 60
ROLE: Final = "ieumgil"  # may create databases, is no superuser
FOLDERS: Final = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
# Stops the server when its standard input ends, so that it cannot outlive the tests, however they end.
GUARD: Final = """
folder=$1; shift
"$@" & server=$!
read -r word || word=gone
kill -INT "$server" 2>/dev/null
wait "$server"
[ "$word" = gone ] && rm -rf "$folder"
"""


class PostgresMissingError(Exception):
    """No PostgreSQL of the age needed is installed; the message says what to do."""


class Cluster:
    """One server over one data folder; may be stopped, killed and started again."""

    def __init__(self, folder: Path, options: Sequence[str] = ()) -> None:
        """Make the data folder; `options` are settings such as 'synchronous_commit=off'."""
        self.folder = folder
        self.programs = programs()
        self.options = [f"--{option}" for option in ("listen_addresses=", "max_connections=60", *options)]
        self._guard: subprocess.Popen[bytes] | None = None
        self._run(
            "initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"
        )

    def start(self) -> None:
        """Start the server and wait until it answers; raises TimeoutError after a minute."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self._guard = self._spawn()
            if self._answers(deadline):
                return
            self.stop()  # after a kill, what is left of the old server may hold the folder a moment longer
            time.sleep(0.2)
        raise TimeoutError((self.folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:])

    def stop(self) -> None:
        """Stop the server in order; quietly nothing if it does not run."""
        if self._guard is not None:
            with suppress(BrokenPipeError):
                self._guard.communicate(b"stop\n", timeout=START_SECONDS)
            self._guard = None

    def kill(self) -> None:
        """Kill the server and all its processes with SIGKILL, as a failing machine would."""
        first = int((self.folder / "data" / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
        for process in (first, *_children(first)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.stop()

    def create(self, database: str) -> str:
        """Make an empty database owned by the role of tests, and give its address."""
        self.tell(f'CREATE DATABASE "{database}" OWNER {ROLE}')
        return self.address(database)

    def address(self, database: str) -> str:
        """Give the address of a database as IEUMGIL_DATABASE_URL takes it."""
        return f"postgresql://{ROLE}@/{database}?host={self.folder}&port={PORT}"

    def tell(self, statement: str, database: str = "postgres") -> str:
        """Run one statement as the superuser and give what psql prints."""
        # psql and not the driver: this must also work where warnings are errors and before Django is set up
        return self._run("psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement)

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "PGDATA": str(self.folder / "data"),
                "PGHOST": str(self.folder),
                "PGPORT": str(PORT),
                "PGUSER": "postgres",
                "LC_ALL": "C",
            },
            check=False,
            capture_output=True,
            text=True,
            user=_owner(),
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.strip()}")
        return done.stdout.strip()

    def _spawn(self) -> subprocess.Popen[bytes]:
        folder = str(self.folder)
        server = [str(self.programs / "postgres"), "-D", f"{folder}/data", "-k", folder, "-p", str(PORT)]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                ["/bin/sh", "-c", GUARD, "guard", folder, *server, *self.options],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                user=_owner(),
                start_new_session=True,
            )

    def _answers(self, deadline: float) -> bool:
        running = self.folder / "data" / "postmaster.pid"
        grace = time.monotonic() + 1
        while time.monotonic() < deadline and (running.exists() or time.monotonic() < grace):
            with suppress(RuntimeError):
                self.tell("SELECT 1")
                return True
            time.sleep(0.05)
        return False


def programs() -> Path:
    """Give the folder of the newest PostgreSQL installed; raises PostgresMissingError if none is new enough."""
    found = [path for pattern in FOLDERS for path in Path("/").glob(pattern.lstrip("/"))]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    ages = {path: _age(path) for path in found if (path / "initdb").exists()}
    newest = max(ages, key=lambda path: ages[path], default=None)
    if newest is None or ages[newest] < OLDEST:
        have = f"only version {ages[newest]} was found" if newest else "none was found"
        raise PostgresMissingError(f"PostgreSQL {OLDEST} or newer is needed, {have}")
    return newest


@contextmanager
def cluster(*options: str) -> Iterator[Cluster]:
    """Give a running cluster and remove it at the end; `options` are settings such as 'synchronous_commit=off'."""
    folder = Path(tempfile.mkdtemp(prefix="ieumgil-pg-"))
    owner = _owner()
    if owner is not None:
        shutil.chown(folder, owner)
    made = Cluster(folder, options)
    try:
        made.start()
        made.tell(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> str | None:
    """Give whom the server runs as when the tests run as root, which PostgreSQL refuses to be."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _age(folder: Path) -> int:
    said = subprocess.run(
        [folder / "initdb", "--version"], check=False, capture_output=True, text=True
    ).stdout
    number = re.search(r"\d+", said)
    return int(number.group()) if number else 0


def _children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children")
    return [int(child) for child in listed.read_text(encoding="ascii").split()] if listed.exists() else []


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{programs()}\n")
    except PostgresMissingError as error:
        sys.exit(str(error))
