"""Browsers and strangers at a server that others can reach."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import Backend
from flask.testing import FlaskClient
from pocket3d_server.accounts import keys, registry
from pocket3d_server.accounts.scopes import ACCOUNT_SCOPES, ALL_SCOPES, Scope
from pocket3d_server.app import create_app
from pocket3d_server.config import Settings, SettingsError, load
from pocket3d_server.services import Services

PAGE = "https://studio.example"
SOCKET = "/api/v1/ws/jobs/none"
UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade", "Host": "api.example"}


class House:
    """A whole server, not started, that listens to all."""

    def __init__(self, folder: Path, url: str) -> None:
        settings = Settings(data_dir=folder, database_url=url, host="0.0.0.0", allowed_origins=[PAGE])
        self.services = Services(settings)
        self.client: FlaskClient = create_app(self.services).test_client()

    def code(self, **headers: str) -> str:
        """The error code of an attempt to open a WebSocket."""
        return str(self.client.get(SOCKET, headers=UPGRADE | headers).get_json()["error_code"])


@pytest.fixture(scope="module")
def house(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("public"), backend.new(tmp_path_factory.mktemp("base")))
    yield made
    made.services.database.close()


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://api.example.evil", f"{PAGE}:8443"]
)
def test_a_socket_from_a_foreign_page_is_refused_before_anything_else(house: House, origin: str) -> None:
    assert house.code(Origin=origin) == "FORBIDDEN"


@pytest.mark.parametrize("origin", [PAGE, PAGE.upper(), "http://api.example", "https://api.example"])
def test_a_socket_from_a_named_page_or_our_own_only_needs_credentials(house: House, origin: str) -> None:
    assert house.code(Origin=origin) == "UNAUTHORIZED"


def test_programs_send_no_origin(house: House) -> None:
    assert house.code() == "UNAUTHORIZED"


def test_a_fault_of_the_server_is_told_without_its_cause(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = house.client.application
    (endpoint,) = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule == "/healthz/live"}

    def fail() -> None:
        raise RuntimeError("a secret of the code")

    monkeypatch.setitem(app.view_functions, endpoint, fail)
    answer = house.client.get("/healthz/live")
    assert (answer.status_code, answer.get_json()["error_code"]) == (500, "INTERNAL_ERROR")
    assert answer.get_json()["request_id"] == answer.headers["X-Request-ID"]
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("scopes", "status"), [(ALL_SCOPES, 200), ({Scope.SYSTEM}, 200), (ACCOUNT_SCOPES, 403)]
)
def test_metrics_need_the_scope_of_the_system(house: House, scopes: set[Scope], status: int) -> None:
    with house.services.database.write() as session:
        account = registry.create(session, "Ada", "pro")
        _, text = keys.create(session, account.id, "Prometheus", scopes=scopes)
    answer = house.client.get("/metrics", headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("settings", "about"),
    [
        ({"allowed_origins": ["studio.example"]}, "write scheme and host"),
        ({"allowed_origins": ["https://studio.example/page"]}, "write scheme and host"),
        ({"allowed_origins": ["*"]}, "name the pages"),
        ({"drain_seconds": -1}, "drain_seconds"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(settings: dict[str, object], about: str) -> None:
    with pytest.raises(SettingsError, match=about):
        load(settings, {})


def test_the_time_to_drain_depends_on_who_waits() -> None:
    assert load({}, {}).drain_time == 30
    assert load({"parent_pids": [1]}, {}).drain_time == 0
    assert load({"parent_pids": [1], "drain_seconds": 5}, {}).drain_time == 5
    assert load({"host": "0.0.0.0", "allowed_origins": ["*"]}, {}).allowed_origins == ["*"]
    assert load({}, {"POCKET3D_LOG_FORMAT": "json", "POCKET3D_DRAIN_SECONDS": "7"}).drain_time == 7
