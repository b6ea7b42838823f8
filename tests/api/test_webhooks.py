"""Webhooks through the API of a live server, with a real receiver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
import requests
from databases import Backend
from live import LiveServer, wait_until
from pocket3d_server.jobs.webhooks.tables import Delivery
from pocket3d_server.times import now
from receiver import Receiver, receiver
from sqlalchemy import update
from standardwebhooks import Webhook

BOTH = ["job_completed", "job_failed"]


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def hook(live_server: LiveServer, there: Receiver) -> Iterator[dict[str, Any]]:
    """A registered webhook."""
    made = live_server.post("/webhooks", {"url": there.url, "events": BOTH}).json()
    yield made
    live_server.request("DELETE", f"/webhooks/{made['id']}")


def delivered(server: LiveServer, webhook_id: str, status: str = "delivered") -> list[dict[str, Any]]:
    path = f"/webhooks/{webhook_id}/deliveries"
    return list(wait_until(lambda: server.get(path, params={"status": status}).json()["deliveries"], 20))


def test_the_documented_configuration_and_payload(live_server: LiveServer, there: Receiver) -> None:
    body = {"url": there.url, "events": BOTH, "secret": "your_webhook_secret"}
    answer = live_server.post("/webhooks", body)
    assert answer.status_code == 201
    made = answer.json()
    assert {name: made[name] for name in body} == body
    assert live_server.get(answer.headers["Location"].removeprefix("/api/v1")).json()["id"] == made["id"]
    job = live_server.wait(live_server.submit())
    mine = wait_until(lambda: [r for r in there.requests if r.json["job_id"] == job["job_id"]])
    told = mine[0].verify(b"your_webhook_secret")
    assert set(told) == {"event", "job_id", "timestamp", "data"}
    assert (told["event"], told["job_id"]) == ("job_completed", job["job_id"])
    assert set(told["data"]) == {"feature", "result"}
    result = told["data"]["result"]
    assert result["file_path"] == job["result"]["file_path"]
    fetched = requests.get(result["download_url"], timeout=20)
    assert fetched.content[:4] == b"glTF"
    live_server.request("DELETE", f"/webhooks/{made['id']}")


def test_the_secret_is_shown_once(live_server: LiveServer, hook: dict[str, Any]) -> None:
    assert Webhook(hook["secret"])
    listed = live_server.get("/webhooks").json()["webhooks"]
    assert hook["id"] in [webhook["id"] for webhook in listed]
    assert hook["secret"] not in str(listed) + live_server.get(f"/webhooks/{hook['id']}").text


def test_ping_log_replay_and_rotation(live_server: LiveServer, hook: dict[str, Any], there: Receiver) -> None:
    path = f"/webhooks/{hook['id']}"
    answer = live_server.post(f"{path}/ping")
    assert (answer.status_code, answer.json()["event"], answer.json()["job_id"]) == (202, "ping", None)
    assert there.wait(1)[0].verify(hook["secret"])["event"] == "ping"
    (ping,) = delivered(live_server, hook["id"])
    assert [t["response_code"] for t in ping["tries"]] == [200]
    rotated = live_server.post(f"{path}/rotate-secret", {"grace_seconds": 600}).json()
    assert rotated["secret"] != hook["secret"]
    assert rotated["old_secret_until"]
    assert live_server.post(f"{path}/deliveries/{ping['id']}/replay").status_code == 202
    first, second = there.wait(2)
    assert first.id == second.id == ping["id"]
    assert second.verify(hook["secret"]) == second.verify(rotated["secret"]) == first.json
    detail = wait_until(
        lambda: (d := live_server.get(f"{path}/deliveries/{ping['id']}").json())["attempts"] == 2 and d
    )
    assert detail["payload"] == first.json


def test_a_failing_receiver_is_seen_in_the_log_with_the_next_try(
    live_server: LiveServer, hook: dict[str, Any], there: Receiver
) -> None:
    there.always(500)
    job_id = live_server.submit("test_refuses")
    there.wait(1)
    path = f"/webhooks/{hook['id']}"
    seen = wait_until(
        lambda: (d := live_server.get(f"{path}/deliveries").json()["deliveries"][0])["tries"] and d
    )
    assert (seen["status"], seen["job_id"], seen["event"]) == ("pending", job_id, "job_failed")
    assert seen["tries"][0]["response_code"] == 500
    assert seen["next_try_at"] > seen["created_at"]
    assert live_server.get(path).json()["failing_since"]
    there.always(200)
    there.wait(2)  # five seconds later, by the schedule
    assert delivered(live_server, hook["id"])[0]["attempts"] == 2
    assert live_server.get(path).json()["failing_since"] is None


def test_deliveries_are_listed_in_pages(
    live_server: LiveServer, hook: dict[str, Any], there: Receiver
) -> None:
    path = f"/webhooks/{hook['id']}"
    ids = [live_server.post(f"{path}/ping").json()["id"] for _ in range(5)]
    seen: list[str] = []
    cursor = None
    while True:
        page = live_server.get(f"{path}/deliveries", params={"limit": 2, "cursor": cursor}).json()
        seen += [delivery["id"] for delivery in page["deliveries"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ids[::-1]


def test_a_webhook_can_be_changed_and_disabled(
    live_server: LiveServer, hook: dict[str, Any], there: Receiver
) -> None:
    path = f"/webhooks/{hook['id']}"
    off = live_server.request("PATCH", path, json={"enabled": False, "events": ["job_queued"]}).json()
    assert (off["enabled"], off["events"], off["url"]) == (False, ["job_queued"], there.url)
    assert off["disabled_reason"]
    live_server.submit()
    on = live_server.request("PATCH", path, json={"enabled": True}).json()
    assert (on["enabled"], on["disabled_reason"]) == (True, None)
    job_id = live_server.submit()
    assert [r.json["job_id"] for r in there.wait(1)] == [job_id]


def test_webhooks_of_others_are_not_there(live_server: LiveServer, hook: dict[str, Any]) -> None:
    key = live_server.cli("keys", "create", "Eve").strip().splitlines()[-1]
    delivery = live_server.post(f"/webhooks/{hook['id']}/ping").json()["id"]
    for method, path in [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/ping"),
        ("POST", "/rotate-secret"),
        ("GET", "/deliveries"),
        ("GET", f"/deliveries/{delivery}"),
        ("POST", f"/deliveries/{delivery}/replay"),
    ]:
        body = {} if method in ("PATCH", "POST") else None
        answer = live_server.request(method, f"/webhooks/{hook['id']}{path}", token=key, json=body)
        assert (answer.status_code, answer.json()["error_code"]) == (404, "NOT_FOUND"), path
        assert "GET /webhooks" in answer.json()["details"]["suggestion"]


@pytest.mark.parametrize(
    ("body", "about"),
    [
        ({"events": BOTH}, "url"),
        ({"url": "http://127.0.0.1:9/", "events": ["progress_update"]}, "job_completed"),
        ({"url": "http://127.0.0.1:9/", "events": []}, "events"),
        ({"url": "http://127.0.0.1:9/", "events": BOTH, "secret": "short"}, "16"),
        ({"url": "not a url", "events": BOTH}, "url"),
        ({"url": "http://127.0.0.1:9/", "events": BOTH, "name": "x"}, "Remove name"),
    ],
)
def test_bad_webhooks_are_refused(live_server: LiveServer, body: dict[str, Any], about: str) -> None:
    answer = live_server.post("/webhooks", body)
    assert (answer.status_code, answer.json()["error_code"]) == (422, "INVALID_INPUT")
    assert about in answer.json()["message"] + str(answer.json()["details"])


def test_accounts_with_keys_may_not_reach_into_the_servers_network(live_server: LiveServer) -> None:
    key = live_server.cli("keys", "create", "Mallory").strip().splitlines()[-1]
    body = {"url": f"{live_server.url}/api/v1/system/health", "events": BOTH}
    answer = live_server.post("/webhooks", body, token=key)
    assert (answer.status_code, answer.json()["error_code"]) == (422, "INVALID_INPUT")
    assert "POCKET3D_WEBHOOK_ALLOW_PRIVATE" in answer.json()["details"]["suggestion"]


def test_a_server_killed_while_it_delivers_delivers_after_its_restart(
    backend: Backend, own_server: Callable[..., LiveServer], there: Receiver
) -> None:
    server = own_server()
    made = server.post("/webhooks", {"url": there.url, "events": BOTH}).json()
    there.hang()
    job_id = server.submit()
    there.wait(1)  # committed, and on its way
    server.kill()
    there.released.set()
    there.always(200)
    if not backend.is_sqlite:  # other servers may be alive there, so its lease of a minute must run out first
        with closing(server.open_database()) as database, database.write() as session:
            session.execute(update(Delivery).values(lease_until=now()))
    server.start()
    first, again = there.wait(2)
    assert first.id == again.id
    assert again.verify(made["secret"])["job_id"] == job_id
    (delivery,) = delivered(server, made["id"])
    assert delivery["id"] == first.id
