"""A node of the demo as its operator runs it: a folder, a server, and a terminal for its workers."""

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PASSPHRASE = "an invented passphrase, for the demo only"  # noqa: S105  the demo's people are invented, and so is this
PATIENCE = 30  # seconds


class StepError(Exception):
    """A step of the journey did not do what it must; the message names it."""


class RefusedError(Exception):
    """A node refused a command; `code` is the reason, `words` what its worker reads."""

    def __init__(self, code: str, words: str) -> None:
        """Keep reason and words."""
        super().__init__(words)
        self.code, self.words = code, words


@dataclass
class DemoNode:
    """One node: its folder holds the database and the keys, as on a real one."""

    name: str
    home: Path
    port: int
    language: str
    extra: dict[str, str] = field(default_factory=dict)
    _server: "subprocess.Popen[bytes] | None" = None
    _terminal: "subprocess.Popen[str] | None" = None

    @property
    def address(self) -> str:
        """Where other nodes reach this one."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        """The node's database file."""
        return self.home / "node.sqlite3"

    def environment(self) -> dict[str, str]:
        """Give the environment of the node's processes."""
        return os.environ | self.extra | {
            "IEUMGIL_HOME": str(self.home), "IEUMGIL_DEMO": "true", "IEUMGIL_KDF_PROFILE": "test",
            "IEUMGIL_DATABASE_URL": f"sqlite:///{self.database}", "CREDENTIALS_DIRECTORY": str(self.home / "credentials"),
            "IEUMGIL_LANGUAGE": self.language, "PYTHONUTF8": "1", "IEUMGIL_ADDRESS": self.address,
            "IEUMGIL_MAIL_URL": f"file://{(self.home / 'outbox').resolve()}",
        }  # fmt: skip

    def once(self, *arguments: str) -> str:
        """Run one command in a process of its own, as an operator does; raises StepError if it fails."""
        done = subprocess.run(  # noqa: S603  the command line is ours
            [sys.executable, "-m", "ieumgil.site", *arguments], env=self.environment(), capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise StepError(
                f"{self.name}: {' '.join(arguments)}: {done.stderr.strip()[-2000:] or done.stdout}"
            )
        return done.stdout.strip()

    def start(self) -> None:
        """Serve the node and run its clock; returns once it answers."""
        command = [sys.executable, "-m", "ieumgil.site", "node", "serve", "--bind", f"127.0.0.1:{self.port}"]
        with (self.home / "serve.log").open("ab") as log:
            self._server = subprocess.Popen(  # noqa: S603  the command line is ours
                command, env=self.environment(), start_new_session=True, stderr=log
            )
        until = time.monotonic() + PATIENCE
        while not answers(self.port):
            if time.monotonic() > until or self._server.poll() is not None:
                raise StepError(
                    f"{self.name} does not serve on port {self.port}; see {self.home / 'serve.log'}"
                )
            time.sleep(0.1)

    def kill(self) -> None:
        """Kill every process of the node with SIGKILL, as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask the node to stop."""
        self._end(signal.SIGTERM)

    def stop_serving(self) -> None:
        """Stop the server and the clock; the workers' terminal stays: the office has lost its line."""
        if self._server is not None:
            os.killpg(self._server.pid, signal.SIGTERM)
            self._server.wait(timeout=PATIENCE)
            self._server = None

    def do(self, worker: str | None, *arguments: str) -> Any:  # noqa: ANN401  whatever the command answers
        """Run a command as a worker; gives its answer, raises RefusedError with the reason and its words."""
        terminal = self._open_terminal()
        assert terminal.stdin is not None  # noqa: S101
        assert terminal.stdout is not None  # noqa: S101
        terminal.stdin.write(json.dumps([*(["--as", worker] if worker else []), *arguments]) + "\n")
        terminal.stdin.flush()
        line = terminal.stdout.readline()
        if not line:
            raise StepError(f"{self.name}: {' '.join(arguments)}: see {self.home / 'terminal.log'}")
        answer = json.loads(line)
        if "refused" in answer:
            raise RefusedError(answer["refused"], answer["words"])
        return answer["answer"]

    def copy_to(self, folder: Path) -> "DemoNode":
        """Copy database and keys as a thief with the switched-off machine would have them."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with (
            closing(sqlite3.connect(self.database)) as source,
            closing(sqlite3.connect(folder / "node.sqlite3")) as copy,
        ):
            source.backup(copy)
        for part in ("keys", "credentials"):
            shutil.copytree(self.home / part, folder / part)
        shutil.copy(self.home / "secret.key", folder)
        return DemoNode(f"copy of {self.name}", folder, self.port, self.language)

    def _open_terminal(self) -> "subprocess.Popen[str]":
        if self._terminal is None or self._terminal.poll() is not None:
            command = [sys.executable, "-m", "ieumgil.site", "node", "batch"]
            with (self.home / "terminal.log").open("ab") as log:
                self._terminal = subprocess.Popen(  # noqa: S603  the command line is ours
                    command, env=self.environment(), start_new_session=True,
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
                )  # fmt: skip
        return self._terminal

    def _end(self, how: int) -> None:
        for process in (self._server, self._terminal):
            if process is not None and process.poll() is None:
                os.killpg(process.pid, how)
                process.wait(timeout=PATIENCE)
            for pipe in (process.stdin, process.stdout) if process is not None else ():
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
        self._server = self._terminal = None


def answers(port: int) -> bool:
    """Say whether something answers on a port of this machine."""
    with closing(socket.socket()) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
