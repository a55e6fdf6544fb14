"""A real node for tests: its own folder, database and processes, real HTTP on loopback; may be killed at any moment."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

from tests.support.source import ROOT

PASSPHRASE: Final = "an invented passphrase, for tests only"
ROOT_PASSPHRASE: Final = "another invented passphrase, for tests only"
PATIENCE: Final = 60  # seconds
PROGRAM: Final = (sys.executable, "-m", "ieumgil.site")


class NodeDiedError(Exception):
    """A process of the node ended in the middle of something; the message says where to look."""


class RefusedError(Exception):
    """A node refused a command; the message is the reason's code."""


class Node:
    """One node: a server with its clock, and a terminal for its workers, each a process group of its own."""

    def __init__(self, home: Path, database: str = "", extra: Mapping[str, str] | None = None) -> None:
        """Keep where it lives; `database` is its address, by default a file in the folder; `extra` is environment."""
        self.home = home
        self.port = free_port()
        self.database = database or f"sqlite:///{home / 'node.sqlite3'}"
        self.extra = dict(extra or {})
        self.server: subprocess.Popen[bytes] | None = None
        self.terminal: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        """Where other nodes reach this one."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """Give the environment of the node's processes."""
        return os.environ | {
            "IEUMGIL_HOME": str(self.home),
            "IEUMGIL_DATABASE_URL": self.database,
            "IEUMGIL_DEMO": "true",
            "IEUMGIL_KDF_PROFILE": "test",
            "CREDENTIALS_DIRECTORY": str(self.home / "credentials"),
            "PYTHONPATH": str(ROOT),
            **self.extra,
        }

    def found(self, agencies: Mapping[str, Mapping[str, str]]) -> list[Path]:
        """Make the node with its agencies and their workers (name: role); give the agencies' cards."""
        (self.home / "credentials").mkdir(parents=True)
        self.run("node", "init")
        return [self._host(slug, workers) for slug, workers in agencies.items()]

    def run(self, *arguments: str, program: tuple[str, ...] = PROGRAM) -> str:
        """Run one command in a process of its own and give what it prints; raises NodeDiedError if it fails."""
        done = subprocess.run(
            [*program, *arguments], env=self.environment(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise NodeDiedError(f"{' '.join(arguments)}: {(done.stderr or done.stdout).strip()[-2000:]}")
        return done.stdout.strip()

    def start(self) -> float:
        """Serve, and give the seconds until the node answered a request; raises NodeDiedError if it never does."""
        began = time.monotonic()
        with self._log("serve") as log:
            self.server = subprocess.Popen(
                [*PROGRAM, "node", "serve", "--bind", f"127.0.0.1:{self.port}"],
                env=self.environment(),
                start_new_session=True,
                stdout=log,
                stderr=log,
            )
        while not self.answers():
            if time.monotonic() > began + PATIENCE or self.server.poll() is not None:
                raise NodeDiedError(f"{self.home} does not serve: {self.tail('serve')}")
            time.sleep(0.02)
        return time.monotonic() - began

    def answers(self) -> bool:
        """Say whether the node answers a request now."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            asked.request("GET", "/alive")
            return asked.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            asked.close()

    def do(self, worker: str | None, *arguments: str) -> Any:  # noqa: ANN401  whatever the command answers
        """Run a command at the workers' terminal and give its answer; raises RefusedError, NodeDiedError."""
        terminal = self._open_terminal()
        assert terminal.stdin
        assert terminal.stdout
        said = json.dumps([*(["--as", worker] if worker else []), *arguments])
        try:
            terminal.stdin.write(said + "\n")
            terminal.stdin.flush()
            line = terminal.stdout.readline()
        except OSError:
            line = ""
        if not line.endswith("\n"):
            raise NodeDiedError(f"{' '.join(arguments)}: {self.tail('terminal')}")
        answer = json.loads(line)
        if "refused" in answer:
            raise RefusedError(answer["refused"])
        return answer["answer"]

    def shoot(self) -> None:
        """Kill every process of the node with SIGKILL, and do nothing else: may be called from another thread."""
        for process in (self.server, self.terminal):
            if process is not None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    def bury(self) -> None:
        """Kill every process of the node, wait until they are gone, and let go of what they held."""
        self.shoot()
        for process in (self.server, self.terminal):
            if process is not None:
                process.wait(timeout=PATIENCE)
                for pipe in (process.stdin, process.stdout):
                    if pipe is not None:
                        with suppress(OSError):
                            pipe.close()
        self.server = self.terminal = None

    def tail(self, name: str) -> str:
        """Give the end of what the server (`serve`) or the terminal (`terminal`) complained of."""
        path = self.home / f"{name}.log"
        return path.read_text(encoding="utf-8", errors="replace")[-2000:] if path.exists() else ""

    def _open_terminal(self) -> "subprocess.Popen[str]":
        if self.terminal is None:
            with self._log("terminal") as log:
                self.terminal = subprocess.Popen(
                    [*PROGRAM, "node", "batch"],
                    env=self.environment(),
                    start_new_session=True,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    text=True,
                )
        return self.terminal

    def _host(self, slug: str, workers: Mapping[str, str]) -> Path:
        passphrase = self.home / "credentials" / f"{slug}.passphrase"
        passphrase.write_text(PASSPHRASE + "\n", encoding="utf-8")
        of_root = self.home / f"{slug}.root-passphrase"
        of_root.write_text(ROOT_PASSPHRASE + "\n", encoding="utf-8")
        card = self.home / f"{slug}.card.json"
        files = {
            "--passphrase-file": passphrase,
            "--root-passphrase-file": of_root,
            "--root-out": self.home / f"{slug}.root",
            "--card-out": card,
        }
        given = [str(word) for pair in files.items() for word in pair]
        self.do(None, "node", "host", slug, "--address", self.address, *given)
        for worker, role in workers.items():
            self.do(None, "node", "invite", slug, worker, "--role", role)
        return card

    def _log(self, name: str) -> BinaryIO:
        return (self.home / f"{name}.log").open("ab")


def free_port() -> int:
    """Give a port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
