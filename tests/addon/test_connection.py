"""The connection and its session when several threads are at them at once."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from live import LiveServer, wait_until

from addon.core import session as sessions
from addon.core.request.models import ModelList
from addon.core.server import connection as connections
from addon.core.server.connection import Connection, Light, Monitor, Status
from addon.core.server.local_server import LocalServer, Paths
from addon.core.server.profiles import Kind, Profile
from addon.core.session import Session, Settings


def connection(server: LiveServer, on_ready: Any = None) -> Connection:
    local = LocalServer(Paths(Path("none"), Path("none")), "python")
    return Connection(Profile(Kind.REMOTE, server.url, server.token), local, False, on_ready)


def settings(folder: Path, *profiles: Profile) -> Settings:
    return Settings(profiles[0], folder, folder, sys.executable, False, profiles)


def remote(url: str, token: str = "") -> Profile:
    return Profile(Kind.REMOTE, url, token)


def test_a_job_connects_by_its_own_answer_not_by_the_monitors(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = connection(live_server)
    real = connections.describe

    def meanwhile(health: Any) -> str:
        """The monitor's question ends just after ours."""
        link._status = Status(Light.OFFLINE, "x", "The monitor's question took too long")
        return real(health)

    with monkeypatch.context() as patched:
        patched.setattr(connections, "describe", meanwhile)
        assert link.connect() is not None


def test_the_monitor_goes_on_after_anything(live_server: LiveServer) -> None:
    calls: list[Any] = []

    def odd(client: Any) -> None:
        calls.append(client)
        raise ValueError("a list of models that makes no sense")

    link = connection(live_server, odd)
    monitor = Monitor(link)
    monitor.start()
    wait_until(lambda: calls, 10)
    monitor.wake()
    wait_until(lambda: len(calls) > 1, 10)
    assert link.status.light is Light.READY
    monitor.stop()
    monitor.join(5)
    assert not monitor.is_alive()


def test_a_list_of_models_that_makes_no_sense_leaves_the_former_one() -> None:
    class Client:
        """Answers what no server should."""

        class mesh:  # noqa: N801
            """The chapter."""

            @staticmethod
            def models() -> None:
                raise KeyError("model_id")

    models = ModelList()
    assert not models.refresh(Client())
    assert models.models == ()


def test_a_key_that_was_changed_meanwhile_is_the_one_that_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = remote("http://127.0.0.1:9"), remote("http://127.0.0.1:10", "old")
    session = Session(settings(tmp_path, here, there))
    real = sessions.Connection

    def slow(*arguments: Any) -> Connection:
        made = real(*arguments)
        session.configure(settings(tmp_path, here, replace(there, token="new")))
        return made

    with monkeypatch.context() as patched:
        patched.setattr(sessions, "Connection", slow)
        session.connection_for(there.key)
    assert session.connection_for(there.key).profile.token == "new"
    session.close()


def test_the_former_servers_models_are_not_taken_for_the_new_ones(
    live_server: LiveServer, tmp_path: Path
) -> None:
    first = remote(live_server.url, live_server.token)
    session = Session(settings(tmp_path, first))
    former = session.connection
    session.configure(settings(tmp_path, remote("http://127.0.0.1:9"), first))
    former.refresh()  # the monitor of before had just begun to ask
    assert former.status.light is Light.READY
    assert session.models.models == ()
    session.close()


def test_closing_ends_what_follows_a_download(tmp_path: Path) -> None:
    session = Session(settings(tmp_path, remote("http://127.0.0.1:9")))
    version = session.models._server
    session.close()
    assert session.models._server != version
