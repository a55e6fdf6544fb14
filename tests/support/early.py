"""A planted fault for one node of a test: it answers "kept" before it commits (a configuration file of gunicorn)."""

import os
import time
from contextvars import ContextVar, copy_context
from datetime import datetime
from importlib import import_module
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final

SECONDS: Final = float(os.environ.get("IEUMGIL_TEST_COMMITS_LATE", "0"))  # between the answer and the commit


def post_worker_init(_worker: object) -> None:
    """Plant the fault, once the application is loaded."""
    web = import_module("ieumgil.ground.exchange.web")
    receiving = import_module("ieumgil.ground.exchange.actions.receive")
    connections = import_module("django.db").connections
    answers: ContextVar[SimpleQueue[object]] = ContextVar("answers")
    keep, receive = vars(receiving)["keep"], vars(receiving)["receive"]

    def keep_and_tell(*came: Any) -> bytes:  # noqa: ANN401  what the product's own takes
        receipt: bytes = keep(*came)
        answers.get().put(receiving.Answer(receiving.OK, receipt))
        time.sleep(SECONDS)
        return receipt

    def answer_early(data: bytes, *, now: datetime) -> object:
        told: SimpleQueue[object] = SimpleQueue()
        answers.set(told)

        def take() -> None:
            try:
                told.put(receive(data, now=now))
            finally:
                connections.close_all()

        Thread(target=copy_context().run, args=(take,)).start()
        return told.get(timeout=30)

    vars(receiving)["keep"] = keep_and_tell
    vars(web)["receive"] = answer_early
