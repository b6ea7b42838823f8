"""Licences accepted and weights installed over HTTP, with the client and the command; then the model runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from engines import WEIGHTS, Weighted
from live import LiveServer, Said, assert_refused, said, wait_until
from pocket3d import Pocket3DAPIError, Pocket3DClient
from pocket3d_server.cli.main import main as server_command
from weights_hub import WeightsHub

MODEL = "test_weighted"
ENGINES = ",".join(f"engines:{name}" for name in ("Steps", "Weighted", "WeightedToo", "Huge"))
SIZE = sum(f.size for f in Weighted.spec.weights)
LICENCE = "Cube Community Licence 1.0"


@pytest.fixture
def hub() -> Iterator[WeightsHub]:
    hub = WeightsHub()
    yield hub
    hub.close()


@pytest.fixture
def server(own_server: Callable[..., LiveServer], hub: WeightsHub) -> LiveServer:
    return own_server(POCKET3D_EXTRA_ENGINES=ENGINES, HF_ENDPOINT=hub.url, HF_TOKEN="hf_secret_of_mine")


def model(server: LiveServer, model_id: str = MODEL) -> dict[str, Any]:
    answer = server.get("/mesh/models").json()
    (found,) = [entry for entry in answer["models"] if entry["model_id"] == model_id]
    assert server.get(f"/models/{model_id}").json().keys() == found.keys()
    return dict(found)


def accept(server: LiveServer) -> None:
    answer = server.post(f"/models/{MODEL}/licence", {"accept": True, "name": "Ada", "licence": LICENCE})
    assert answer.status_code == 200, answer.text


def submit(server: LiveServer, model_id: str = MODEL) -> Any:
    return server.post("/mesh/generate", {"text_prompt": "a cube", "model_preference": model_id})


def test_from_the_licence_to_a_mesh(server: LiveServer, hub: WeightsHub) -> None:
    found = model(server)
    assert (found["ready"], found["missing_code"]) == (False, "LICENCE")
    assert found["weights"] == {
        "size": SIZE,
        "downloaded": 0,
        "installed": False,
        "state": "missing",
        "speed": None,
        "eta_seconds": None,
        "error": None,
        "suggestion": None,
    }
    terms = found["licence_terms"]
    assert (terms["name"], terms["accepted"], terms["must_accept"]) == (LICENCE, False, True)
    assert "Non-commercial use only" in terms["conditions"]
    assert found["may_manage"] is True
    assert_refused(submit(server), 422, "MODEL_UNAVAILABLE", LICENCE)
    assert_refused(server.post(f"/models/{MODEL}/install"), 409, "CONFLICT", "POST /models/")
    assert hub.asked == []

    accept(server)
    found = model(server)
    assert (found["missing_code"], found["licence_terms"]["accepted_by"]) == ("NOT_INSTALLED", "Ada")
    assert_refused(submit(server), 422, "MODEL_UNAVAILABLE", "3 MB to download")

    hub.bytes_per_second, hub.cuts = 3_000_000, [1_000_000]
    assert server.post(f"/models/{MODEL}/install").status_code == 202
    assert server.post(f"/models/{MODEL}/install").json()["weights"]["state"] == "downloading"
    half = wait_until(lambda: (w := model(server)["weights"])["speed"] and w, 10)
    assert 0 < half["downloaded"] < SIZE
    wait_until(lambda: model(server)["ready"], 20)
    done = model(server)
    assert (done["status"], done["weights"]["installed"]) == ("available", True)
    assert (done["weights"]["downloaded"], done["reason"]) == (SIZE, None)

    job = server.wait(submit(server).json()["job_id"])
    assert job["status"] == "completed", job["error"]
    assert job["result"]["source"] == "network"

    accept_back = server.post(f"/models/{MODEL}/licence", {"accept": False})
    assert accept_back.json()["missing_code"] == "LICENCE"
    assert_refused(submit(server), 422, "MODEL_UNAVAILABLE", "has not been accepted")
    accept(server)
    assert server.request("DELETE", f"/models/{MODEL}/weights").json()["missing_code"] == "NOT_INSTALLED"
    assert not list((server.data_dir / "models").rglob("*.bin"))
    assert "hf_secret_of_mine" not in server.log_file.read_text()


def test_a_killed_server_goes_on_where_it_was(server: LiveServer, hub: WeightsHub) -> None:
    accept(server)
    hub.bytes_per_second = 2_000_000
    server.post(f"/models/{MODEL}/install")
    wait_until(lambda: model(server)["weights"]["downloaded"] > 800_000, 20)
    server.kill()
    hub.bytes_per_second = 0
    server.start()
    found = model(server)["weights"]
    assert found["state"] == "partial"
    assert found["downloaded"] > 500_000
    server.post(f"/models/{MODEL}/install")
    wait_until(lambda: model(server)["ready"], 20)
    assert hub.asked[-1][1].startswith("bytes=")


def test_a_failure_is_told_and_forgotten_when_it_is_tried_again(server: LiveServer, hub: WeightsHub) -> None:
    accept(server)
    hub.statuses = [404]
    server.post(f"/models/{MODEL}/install")
    failed = wait_until(lambda: (w := model(server)["weights"])["error"] and w, 10)
    assert "is not at" in failed["error"]
    assert "--from" in failed["suggestion"]
    hub.bytes_per_second = 1_000_000
    assert server.post(f"/models/{MODEL}/install").json()["weights"]["error"] is None
    stopped = server.request("DELETE", f"/models/{MODEL}/install").json()["weights"]
    assert stopped["state"] in ("missing", "partial")
    assert server.request("DELETE", f"/models/{MODEL}/install").status_code == 200


def test_no_room(own_server: Callable[..., LiveServer], hub: WeightsHub) -> None:
    settings = {"HF_ENDPOINT": hub.url, "POCKET3D_MIN_FREE_MB": str(10**9)}
    server = own_server(POCKET3D_EXTRA_ENGINES=ENGINES, **settings)
    server.post("/models/test_weighted_too/install")
    failed = wait_until(lambda: model(server, "test_weighted_too")["weights"]["error"], 10)
    assert "not enough room" in failed


def test_keys_may_look_but_only_operators_may_change(server: LiveServer) -> None:
    key = json.loads(server.cli("keys", "create", "Bob", "--json"))["key"]
    scopes = "jobs:read,jobs:write,system"
    operator = json.loads(server.cli("keys", "create", "Op", "--scopes", scopes, "--json"))["key"]
    accept(server)
    shown = server.get(f"/models/{MODEL}", token=key).json()
    assert shown["may_manage"] is False
    assert (shown["licence_terms"]["accepted"], shown["licence_terms"]["accepted_by"]) == (True, None)
    assert_refused(server.get(f"/models/{MODEL}", token=None), 401, "UNAUTHORIZED")
    for method, path in (
        ("POST", "licence"),
        ("POST", "install"),
        ("DELETE", "install"),
        ("DELETE", "weights"),
    ):
        body = {"json": {"accept": True, "name": "Bob"}} if path == "licence" else {}
        refused = server.request(method, f"/models/{MODEL}/{path}", token=key, **body)
        assert_refused(refused, 403, "FORBIDDEN", "system")
    assert server.request("DELETE", f"/models/{MODEL}/install", token=operator).status_code == 200


def test_what_cannot_be_done_is_said(server: LiveServer) -> None:
    assert_refused(server.get("/models/nope"), 404, "NOT_FOUND", "nope")
    assert_refused(server.post("/models/nope/install"), 404, "NOT_FOUND")
    assert_refused(server.post("/models/test_steps/install"), 409, "CONFLICT", "nothing to download")
    terms = {"accept": True, "name": "Ada"}
    assert_refused(server.post("/models/test_steps/licence", terms), 409, "CONFLICT", "need not be accepted")
    path = f"/models/{MODEL}/licence"
    assert_refused(server.post(path, {"accept": True}), 422, "INVALID_INPUT", "who accepts")
    assert_refused(server.post(path, {"accept": True, "name": "  "}), 422, "INVALID_INPUT", "who accepts")
    assert_refused(server.post(path, {"accept": "yes", "name": "Ada"}), 422, "INVALID_INPUT", "accept")
    assert_refused(server.post(path, terms | {"licence": "MIT"}), 409, "CONFLICT", LICENCE)
    huge = model(server, "test_huge")
    assert huge["missing_code"] in ("NO_GPU", "MEMORY")
    assert "400 GB" in huge["reason"]
    assert_refused(submit(server, "test_huge"), 422, "MODEL_UNAVAILABLE", "400 GB")


def test_weights_stay_while_a_job_uses_them(server: LiveServer) -> None:
    path = "/models/test_weighted_too"
    server.post(f"{path}/install")
    wait_until(lambda: model(server, "test_weighted_too")["ready"], 20)
    job_id = server.submit("test_weighted_too", steps=10_000, seconds=0.05)
    wait_until(lambda: server.job(job_id)["progress"] > 0, 20)
    assert_refused(server.request("DELETE", f"{path}/weights"), 409, "CONFLICT", "A job uses")
    server.post(f"/jobs/{job_id}/cancel")
    wait_until(lambda: server.request("DELETE", f"{path}/weights").status_code == 200, 10)
    assert model(server, "test_weighted_too")["missing_code"] == "NOT_INSTALLED"


def test_the_python_client(server: LiveServer) -> None:
    client = Pocket3DClient(server.token, server.url)
    found = {entry.model_id: entry for entry in client.models.list()}[MODEL]
    assert found.weights is not None
    assert found.licence_terms is not None
    assert found.weights.size == SIZE
    with pytest.raises(Pocket3DAPIError) as refused:
        client.models.install(MODEL)
    assert refused.value.error_code == "CONFLICT"
    accepted = client.models.accept_licence(MODEL, "Ada", found.licence_terms.name)
    assert accepted.licence_terms is not None
    assert accepted.licence_terms.accepted_by == "Ada"
    assert client.models.install(MODEL).weights is not None
    wait_until(lambda: client.models.get(MODEL).ready, 20)
    assert client.models.cancel_install(MODEL).ready
    assert client.models.remove(MODEL).missing_code == "NOT_INSTALLED"
    assert client.models.withdraw_licence(MODEL).missing_code == "LICENCE"


def command(server: LiveServer, hub: WeightsHub, *arguments: str) -> Said:
    line = ["models", "--data-dir", str(server.data_dir), *arguments]
    return said(server_command, *line, HF_ENDPOINT=hub.url, POCKET3D_EXTRA_ENGINES=ENGINES)


def row(listed: str) -> str:
    """What the list says of the model's state."""
    line = next(line for line in listed.splitlines() if line.startswith(f"  {MODEL} "))
    return line[24:41].strip()


def test_the_command_and_the_server_see_each_other(
    server: LiveServer, hub: WeightsHub, tmp_path: Path
) -> None:
    refused = command(server, hub, "install", MODEL)
    assert refused.returncode == 1
    assert f"models accept {MODEL}" in refused.stderr
    unnamed = command(server, hub, "accept", MODEL)
    assert (unnamed.returncode, "Non-commercial use only" in unnamed.stdout) == (1, True), (
        "shown, not accepted"
    )
    assert "add --name" in unnamed.stderr
    assert not model(server)["licence_terms"]["accepted"]
    assert row(command(server, hub).stdout) == "licence"
    accepted = command(server, hub, "accept", MODEL, "--name", "Ada Löwe")
    assert "Non-commercial use only" in accepted.stdout
    assert model(server)["licence_terms"]["accepted_by"] == "Ada Löwe"
    table = command(server, hub).stdout
    assert row(table) == "download 3 MB"
    assert "pocket3d-server models install ID" in table, "what the word means"
    given = tmp_path / "given"
    for path, content in WEIGHTS.items():
        (given / path).parent.mkdir(parents=True, exist_ok=True)
        (given / path).write_bytes(content)
    assert command(server, hub, "install", MODEL, "--from", str(given)).returncode == 0
    assert hub.asked == []
    assert model(server)["ready"]
    shown = command(server, hub, "show", MODEL).stdout
    assert "3 MB of 3 MB are here" in shown
    assert "Ada Löwe" in shown
    listed = json.loads(command(server, hub, "list", "--json").stdout)
    assert {entry["model_id"]: entry["ready"] for entry in listed}[MODEL] is True
    assert "3 MB of test_weighted are deleted" in command(server, hub, "remove", MODEL).stdout
    assert not model(server)["ready"]
    unknown = command(server, hub, "show", "nope")
    assert (unknown.returncode, "there is no model 'nope'" in unknown.stderr) == (1, True)
    missing = command(server, hub, "install", MODEL, "--from", str(tmp_path / "nothing"))
    assert "There is no folder" in missing.stderr
    assert "Traceback" not in missing.stderr
