"""The account's chapter, and what its keys, its scopes and its credits do to all the others."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
import requests
from live import LiveServer, wait_until


class Person:
    """An account of a live server, and one of its keys."""

    def __init__(self, server: LiveServer, *options: str) -> None:
        self.server = server
        made = json.loads(server.cli("keys", "create", "Ada", "--json", *options))
        self.key: str = made["key"]
        self.key_id: str = made["id"]
        self.account_id: str = made["account_id"]

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.server.request(method, path, token=self.key, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> requests.Response:
        return self.request("POST", path, json=json, **options)

    def submit(self, model: str = "test_steps", **fields: Any) -> requests.Response:
        return self.post("/mesh/generate", {"text_prompt": "a cube", "model_preference": model, **fields})

    def finished(self, job_id: str) -> dict[str, Any]:
        assert "event: job_" in self.get(f"/jobs/{job_id}/events").text  # streams until the job has ended
        return dict(self.get(f"/jobs/{job_id}").json())

    def ledger(self) -> list[tuple[str, int]]:
        return [(e["kind"], e["amount"]) for e in self.get("/account/usage").json()["entries"]][::-1]


def refused(answer: requests.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.json()["error_code"] == code
    assert len(answer.json()["details"]["suggestion"]) > 5
    return dict(answer.json())


def test_an_account_shows_its_tier_limits_and_usage(live_server: LiveServer) -> None:
    for tier, rate, jobs, gigabytes in (
        ("free", 10, 1, 5),
        ("pro", 100, 4, 100),
        ("enterprise", 1000, 16, 1000),
    ):
        ada = Person(live_server, "--tier", tier)
        shown = ada.get("/account").json()
        assert (shown["account_id"], shown["name"], shown["tier"]) == (ada.account_id, "Ada", tier)
        assert shown["limits"] == {
            "requests_per_minute": rate,
            "upload_bytes_per_minute": 100 * 1024 * 1024,
            "websockets": 10,
            "concurrent_jobs": jobs,
            "queued_jobs": 1000,
            "files_per_upload": 10,
            "bytes_per_file": 500 * 1024 * 1024,
            "stored_bytes": gigabytes * 1024**3,
        }
        assert (shown["credits"], shown["key_id"]) == (None, ada.key_id)
    job = ada.finished(ada.submit(parameters={"steps": 2, "seconds": 0.1}).json()["job_id"])
    usage = ada.get("/account").json()["usage"]
    assert usage["jobs"] == {"queued": 0, "processing": 0, "completed": 1, "error": 0}
    assert usage["processing_seconds"] >= 0.2
    assert usage["stored_bytes"] >= job["result"]["file_size"] > 0
    assert live_server.get("/account").json()["tier"] == "local"
    live_server.cli("accounts", "set-tier", ada.account_id, "free")
    wait_until(lambda: ada.get("/account").headers["X-RateLimit-Limit"] == "10")


def test_an_account_manages_its_keys(live_server: LiveServer) -> None:
    ada, bob = Person(live_server), Person(live_server)
    made = ada.post("/account/keys", {"name": " farm ", "scopes": ["jobs:read"], "expires_in_days": 30})
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    key = made.json()
    assert (key["name"], key["scopes"], key["status"]) == ("farm", ["jobs:read"], "valid")
    text = key.pop("key")
    assert live_server.get("/jobs", token=text).status_code == 200
    place = f"/account/keys/{key['key_id']}"
    assert made.headers["Location"] == f"/api/v1{place}"
    listed = ada.get("/account/keys").json()["keys"]
    assert [k["key_id"] for k in listed] == [ada.key_id, key["key_id"]]
    assert text not in json.dumps(listed)
    assert ada.get(place).json()["last_used_at"] is not None
    assert ada.request("PATCH", place, json={"name": "night farm"}).json()["name"] == "night farm"
    for method in ("GET", "PATCH", "DELETE"):
        body = {"name": "mine"} if method == "PATCH" else None
        refused(bob.request(method, place, json=body), 404, "NOT_FOUND")
    token = live_server.post("/auth/token", token=text).json()["access_token"]
    assert live_server.get("/jobs", token=token).status_code == 200
    assert ada.request("DELETE", place).status_code == 204
    assert ada.request("DELETE", place).status_code == 204
    for bearer in (text, token):
        assert "revoked" in refused(live_server.get("/jobs", token=bearer), 401, "UNAUTHORIZED")["message"]
    assert ada.get(place).json()["status"] == "revoked"
    for body in (
        {},
        {"name": " "},
        {"name": "a\nb"},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["all"]},
    ):
        refused(ada.post("/account/keys", body), 422, "INVALID_INPUT")
    refused(ada.request("PATCH", f"/account/keys/{ada.key_id}", json={"name": ""}), 422, "INVALID_INPUT")


def test_credentials_that_end_make_none_that_outlive_them(live_server: LiveServer) -> None:
    ada = Person(live_server, "--expires-in", "1.5")
    token = ada.post("/auth/token").json()["access_token"]
    answer = live_server.post("/account/keys", {"name": "for ever"}, token=token)
    assert "token" in refused(answer, 403, "FORBIDDEN")["message"]
    local = live_server.post("/auth/token").json()["access_token"]
    refused(live_server.post("/account/keys", {"name": "for ever"}, token=local), 403, "FORBIDDEN")

    def expiry(**wanted: int) -> str:
        return str(ada.post("/account/keys", {"name": "farm"} | wanted).json()["expires_at"])

    own = ada.get(f"/account/keys/{ada.key_id}").json()["expires_at"]
    assert expiry() == expiry(expires_in_days=2) == own
    assert expiry(expires_in_days=1) < own
    lasting = Person(live_server).post("/account/keys", {"name": "farm"}).json()
    assert lasting["expires_at"] is None


def test_a_key_does_what_its_scopes_say(live_server: LiveServer) -> None:
    reader = Person(live_server, "--scopes", "jobs:read")
    body = refused(reader.submit(), 403, "FORBIDDEN")
    assert body["details"]["scope"] == "jobs:write"
    assert "jobs:write" in body["message"]
    assert f"--account {reader.account_id}" in body["details"]["suggestion"]
    for method, path in (
        ("POST", "/mesh/upload"),
        ("POST", "/jobs/job_x/cancel"),
        ("DELETE", "/jobs/job_x"),
        ("GET", "/account/keys"),
        ("GET", "/account/usage"),
        ("POST", "/account/keys"),
    ):
        refused(reader.request(method, path), 403, "FORBIDDEN")
    for path in ("/jobs", "/mesh/models", "/account", "/system/health", "/system/metrics", "/system/workers"):
        assert reader.get(path).status_code == 200, path
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
    keeper = Person(live_server, "--scopes", "account,system")
    socket = keeper.get("/ws/jobs/job_x", headers=upgrade | {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="})
    refused(socket, 403, "FORBIDDEN")
    refused(keeper.get("/jobs"), 403, "FORBIDDEN")
    refused(keeper.post("/account/keys", {"name": "more", "scopes": ["jobs:read"]}), 403, "FORBIDDEN")
    made = keeper.post("/account/keys", {"name": "as much"}).json()
    assert made["scopes"] == ["account", "system"]
    token = keeper.post("/auth/token").json()["access_token"]
    assert live_server.get("/account", token=token).json()["scopes"] == ["account", "system"]
    refused(live_server.get("/jobs", token=token), 403, "FORBIDDEN")
    refused(live_server.post("/auth/token", token=token), 403, "FORBIDDEN")


def test_only_the_operators_keys_see_what_others_do(live_server: LiveServer) -> None:
    def seen(token: str) -> set[str]:
        workers = live_server.get("/system/workers", token=token).json()["workers"]
        assert any(worker["status"] == "active" for worker in workers)
        return {worker["current_job"] for worker in workers if worker["current_job"]}

    ada, bob = Person(live_server), Person(live_server)
    operator = Person(live_server, "--scopes", "system")
    job_id = ada.submit("test_hangs").json()["job_id"]
    wait_until(lambda: ada.get(f"/jobs/{job_id}").json()["status"] == "processing", 30)
    wait_until(lambda: job_id in seen(ada.key), 30)
    assert job_id in seen(operator.key)
    assert job_id in seen(live_server.token)
    assert job_id not in seen(bob.key)
    ada.post(f"/jobs/{job_id}/cancel")
    for token, status in ((ada.key, 403), (operator.key, 200), (live_server.token, 200)):
        bearer = {"Authorization": f"Bearer {token}"}
        assert requests.get(f"{live_server.url}/metrics", headers=bearer, timeout=10).status_code == status
    refused(ada.post("/account/keys", {"name": "more", "scopes": ["system"]}), 403, "FORBIDDEN")


def test_a_disabled_account_is_turned_away_and_its_queue_waits(live_server: LiveServer) -> None:
    ada = Person(live_server)
    running = ada.submit(parameters={"steps": 1000, "seconds": 0.05}).json()["job_id"]
    wait_until(lambda: ada.get(f"/jobs/{running}").json()["status"] == "processing", 30)
    live_server.cli("accounts", "disable", ada.account_id)
    wait_until(lambda: ada.get("/jobs").status_code == 403)
    assert "disabled" in refused(ada.get("/jobs"), 403, "FORBIDDEN")["message"]
    live_server.cli("accounts", "enable", ada.account_id)
    wait_until(lambda: ada.get("/jobs").status_code == 200)
    assert ada.get(f"/jobs/{running}").json()["status"] == "processing"
    assert ada.post(f"/jobs/{running}/cancel").status_code == 200


def test_credits_are_reserved_settled_and_refunded(live_server: LiveServer) -> None:
    ada = Person(live_server, "--credits", "3")
    good = ada.submit().json()
    assert good["credits"] == 1
    assert ada.finished(good["job_id"])["credits"] == 1
    bad = ada.submit("test_refuses").json()
    assert ada.finished(bad["job_id"])["credits"] == 0
    assert ada.get("/account").json()["credits"] == 2
    body = refused(ada.submit(quality="high", texture_resolution=4096), 402, "INSUFFICIENT_CREDITS")
    assert (body["details"]["needed"], body["details"]["available"]) == (4, 2)
    assert "costs 4 credits; the account has 2" in body["message"]
    hanging = ada.submit("test_hangs", quality="high").json()
    assert hanging["credits"] == 2
    refused(ada.submit(), 402, "INSUFFICIENT_CREDITS")
    assert ada.post(f"/jobs/{hanging['job_id']}/cancel").json()["credits"] == 0
    assert ada.request("DELETE", f"/jobs/{good['job_id']}").status_code == 204
    assert ada.ledger() == [
        ("grant", 3),
        ("reserve", -1),
        ("settle", 0),
        ("reserve", -1),
        ("refund", 1),
        ("reserve", -2),
        ("refund", 2),
    ]
    pages, cursor = [], None
    while cursor or not pages:
        pages.append(ada.get("/account/usage", params={"limit": 3, "cursor": cursor}).json())
        cursor = pages[-1]["next_cursor"]
    assert [len(page["entries"]) for page in pages] == [3, 3, 1]
    newest = pages[0]["entries"][0]
    assert (newest["balance"], newest["job_id"]) == (2, hanging["job_id"])
    refused(ada.get("/account/usage?cursor=x"), 422, "INVALID_INPUT")
    prices = {model["model_id"]: model["credits"] for model in ada.get("/mesh/models").json()["models"]}
    assert prices["test_steps"] == 1


def test_the_same_credit_is_not_spent_twice(live_server: LiveServer) -> None:
    ada = Person(live_server, "--credits", "2")
    answers: list[requests.Response] = []
    threads = [threading.Thread(target=lambda: answers.append(ada.submit())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [202, 202, 402, 402, 402, 402]
    repeat = {"Idempotency-Key": "once"}
    live_server.cli("accounts", "grant", ada.account_id, "1", "--note", "a present")
    body = {"text_prompt": "a cube", "model_preference": "test_steps"}
    twice = [ada.post("/mesh/generate", body, headers=repeat).json() for _ in range(2)]
    assert twice[0] == twice[1]
    assert ada.get("/account").json()["credits"] == 0
    live_server.cli("accounts", "grant", ada.account_id, "unlimited")
    assert ada.submit().json()["credits"] is None
    assert ada.get("/account").json()["credits"] is None


@pytest.mark.parametrize(
    ("path", "body", "model"),
    [
        ("/mesh/generate", {"text_prompt": "a cube", "quality": "high"}, "test_steps"),
        ("/texture/generate", {"text_prompt": "red"}, "test_paint"),
        ("/segment/analyze", {}, "test_halves"),
        ("/rig/generate", {}, "test_bones"),
    ],
)
def test_a_dry_run_says_what_a_submit_would_come_to(
    live_server: LiveServer, path: str, body: dict[str, Any], model: str
) -> None:
    ada = Person(live_server, "--credits", "3")
    if path != "/mesh/generate":
        body = body | {"mesh_file": f"job:{ada.finished(ada.submit().json()['job_id'])['job_id']}"}
    before = ada.get("/account/usage").json(), [job["job_id"] for job in ada.get("/jobs").json()["jobs"]]
    answer = ada.post(f"{path}?dry_run=true", body | {"model_preference": model})
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["dry_run"], shown["model_id"]) == (True, model)
    assert shown["credits"] == (2 if "quality" in body else 1)
    assert shown["queue_position"] >= 1
    assert shown["estimated_completion"].endswith("Z")
    after = ada.get("/account/usage").json(), [job["job_id"] for job in ada.get("/jobs").json()["jobs"]]
    assert after == before
    refused(
        ada.post(f"{path}?dry_run=true", body | {"model_preference": "nothing"}), 422, "MODEL_UNAVAILABLE"
    )
    refused(ada.post(f"{path}?dry_run=perhaps", body), 422, "INVALID_INPUT")


def test_a_dry_run_refuses_what_a_submit_would_refuse(live_server: LiveServer) -> None:
    ada = Person(live_server, "--credits", "1")
    too_dear = {"text_prompt": "a cube", "model_preference": "test_steps", "quality": "high"}
    refused(ada.post("/mesh/generate?dry_run=true", too_dear), 402, "INSUFFICIENT_CREDITS")
    inputs = live_server.data_dir / "inputs"
    before = list(inputs.iterdir())
    picture = (
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    body = {"images": [picture], "model_preference": "test_steps"}
    assert ada.post("/mesh/generate?dry_run=true", body).status_code == 200
    assert list(inputs.iterdir()) == before
    free = live_server.post("/mesh/generate?dry_run=true", body).json()
    assert free["credits"] is None
