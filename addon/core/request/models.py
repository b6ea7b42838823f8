"""The models of the server as they were last seen. Reading never waits."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from ..errors import Problem, explain
from ..later import sdk
from .model_words import ModelState, state_of

log = logging.getLogger(__name__)

FRESH_S = 60.0
"""The list is asked for again after this long."""
FOLLOWING_S = 1.5
"""And after this long while something is being downloaded."""


class ModelList:
    """The server's models. Any thread may read; ``refresh`` and ``act`` are for worker threads or start their own."""

    def __init__(self) -> None:
        self.models: tuple[Any, ...] = ()
        self.version = 0
        """Rises whenever something about a model has changed."""
        self.problems: dict[str, Problem] = {}
        """What went wrong with the last action on a model."""
        self._busy: dict[str, str] = {}
        self._asked_at = -FRESH_S
        self._server = 0
        """Rises with each change of the server, so that an answer of the one before is not taken."""
        self._lock = threading.Lock()

    def get(self, model_id: str) -> Any | None:
        """One model, None if the server has no such model."""
        return next((m for m in self.models if m.model_id == model_id), None)

    def of(self, feature: str) -> tuple[Any, ...]:
        """The models of a feature, best first."""
        return tuple(m for m in self.models if m.feature == feature)

    def busy(self, model_id: str) -> str:
        """What is being done with a model at this moment, empty for nothing."""
        return self._busy.get(model_id, "")

    @property
    def downloading(self) -> bool:
        """Whether any model's weights are on their way."""
        return any(state_of(m) is ModelState.DOWNLOADING for m in self.models)

    def forget(self) -> None:
        """Another server is used from now on."""
        with self._lock:
            self._server += 1
            self.models = ()
            self.version += 1
        self.problems.clear()
        self._asked_at = -FRESH_S

    def refresh(self, client: Any, *, force: bool = False) -> bool:
        """Ask the server, unless it was asked a short while ago; returns whether it was. Worker threads only.

        A server that does not answer leaves the list as it was: the connection says what is wrong.
        """
        every = FOLLOWING_S if self.downloading else FRESH_S
        if not force and time.monotonic() - self._asked_at < every:
            return False
        self._asked_at, server = time.monotonic(), self._server
        try:
            models = tuple(client.models.list())
        except sdk.Pocket3DAPIError:
            return False
        except (ValueError, LookupError, TypeError, AttributeError):
            log.exception("The server's list of models cannot be read")
            return False
        with self._lock:
            if server == self._server and [m.raw for m in models] != [m.raw for m in self.models]:
                self.models = models
                self.version += 1
        return True

    def act(
        self, connect: Callable[[], Any], model_id: str, doing: str, action: Callable[[Any], Any]
    ) -> None:
        """Do something with a model in the background: ``action`` gets the client; ``problems`` says if it failed.

        While something is being downloaded after that, the list is kept current.
        """
        if model_id in self._busy:
            return
        self._busy[model_id] = doing
        self.problems.pop(model_id, None)
        self.version += 1
        server = self._server

        def work() -> None:
            try:
                client = connect()
                action(client)
                self.refresh(client, force=True)
            except Exception as error:
                self.problems[model_id] = explain(error)
                return
            finally:
                self._busy.pop(model_id, None)
                self.version += 1
            while self.downloading and server == self._server:
                time.sleep(FOLLOWING_S)
                if not self.refresh(client, force=True):
                    return

        threading.Thread(target=work, name="pocket3d-model", daemon=True).start()
