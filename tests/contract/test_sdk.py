"""The Python programs of the reference, run as they stand there; only the key and the address are others."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from contract.reference import code
from live import LiveServer
from pocket3d import Pocket3DAPIError, Pocket3DClient


@pytest.fixture
def address(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients without a ``base_url`` find the test's server."""
    monkeypatch.setenv("POCKET3D_BASE_URL", live_server.url)


@pytest.mark.usefixtures("address")
def test_from_a_text_to_a_mesh(live_server: LiveServer, capsys: pytest.CaptureFixture[str]) -> None:
    program = code("Python SDK")
    names: dict[str, Any] = {}
    exec(program.replace("your_api_key", live_server.token), names)
    result = names["result"]
    assert capsys.readouterr().out == f"Mesh saved to: {result.file_path}\n"
    assert (live_server.data_dir / result.file_path).stat().st_size == result.file_size
    job = live_server.job(names["job"].job_id)
    assert (job["request"]["text_prompt"], job["request"]["quality"]) == ("A red sports car", "high")


class ClientOf:
    """A client whose texts go to one model, so that a job ends as that model's jobs do."""

    def __init__(self, client: Pocket3DClient, model: str) -> None:
        self.mesh = self
        self.wait_for_completion = client.wait_for_completion
        self._client, self._model = client, model

    def generate_from_text(self, prompt: str) -> Any:
        return self._client.mesh.generate_from_text(prompt, model_preference=self._model)


def test_error_handling_without_credits(live_server: LiveServer, caplog: pytest.LogCaptureFixture) -> None:
    key = json.loads(live_server.cli("keys", "create", "Poor", "--credits", "0", "--json"))["key"]
    client = Pocket3DClient(key, live_server.url)
    with pytest.raises(Pocket3DAPIError) as refused:
        client.mesh.generate_from_text("A blue car")
    assert (refused.value.error_code, refused.value.status_code) == ("INSUFFICIENT_CREDITS", 402)
    exec(
        code("Error Handling #2"), {"client": client, "Pocket3DAPIError": Pocket3DAPIError}
    )  # it has no logger
    assert not caplog.records


@pytest.mark.parametrize(
    ("model", "logged"),
    [
        ("test_steps", ""),
        ("test_unready", ""),
        ("test_refuses", "Unexpected error: "),
    ],
)
def test_error_handling(
    live_server: LiveServer, caplog: pytest.LogCaptureFixture, model: str, logged: str
) -> None:
    names: dict[str, Any] = {
        "client": ClientOf(Pocket3DClient(live_server.token, live_server.url), model),
        "Pocket3DAPIError": Pocket3DAPIError,
        "logger": logging.getLogger("reference"),
    }
    exec(code("Error Handling #2"), names)
    assert [
        record.getMessage()[: len(logged)] for record in caplog.records if record.name == "reference"
    ] == [logged] * bool(logged)
    assert ("result" in names) == (model == "test_steps")
