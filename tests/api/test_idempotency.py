"""Submits that are sent again: one job, whatever happens between."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import requests
from live import LiveServer
from pocket3d_server.jobs.retention import ANSWER_LIFE
from pocket3d_server.jobs.tables import IdempotentAnswer
from pocket3d_server.times import now
from sqlalchemy import update

BODY = {"text_prompt": "x", "model_preference": "test_steps"}


def new_key() -> dict[str, str]:
    return {"Idempotency-Key": uuid.uuid4().hex}


def send(server: LiveServer, key: dict[str, str], **options: Any) -> requests.Response:
    return server.post("/mesh/generate", BODY | options.pop("body", {}), headers=key, **options)


def test_the_same_key_and_body_is_the_same_answer(live_server: LiveServer) -> None:
    key = new_key()
    first, again = send(live_server, key), send(live_server, key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    live_server.wait(first.json()["job_id"])
    assert send(live_server, key).json() == first.json()


def test_a_deleted_job_is_not_made_again_nor_waited_for(live_server: LiveServer) -> None:
    key = new_key()
    first = send(live_server, key).json()
    live_server.wait(first["job_id"])
    assert live_server.request("DELETE", f"/jobs/{first['job_id']}").status_code == 204
    again = send(live_server, key | {"Prefer": "wait=5"})
    assert (again.status_code, again.json()) == (202, first)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Preference-Applied" not in again.headers


def test_fields_in_another_order_are_the_same_body(live_server: LiveServer) -> None:
    key = new_key()
    first = send(live_server, key)
    turned = live_server.post("/mesh/generate", dict(reversed(BODY.items())), headers=key)
    assert turned.json() == first.json()


def test_another_body_or_endpoint_is_refused(live_server: LiveServer) -> None:
    key = new_key()
    first = send(live_server, key).json()
    for again in (
        send(live_server, key, body={"text_prompt": "y"}),
        send(live_server, key, body={"quality": "high"}),
        send(live_server, key, body={"parameters": {"steps": 4}}),
        live_server.post("/segment/analyze", {"mesh_file": f"job:{first['job_id']}"}, headers=key),
    ):
        assert again.status_code == 422, again.text
        assert again.json()["error_code"] == "IDEMPOTENCY_MISMATCH"
        assert again.json()["details"]["job_id"] == first["job_id"]


def test_without_a_key_each_request_is_a_job(live_server: LiveServer) -> None:
    assert len({send(live_server, {}).json()["job_id"] for _ in range(3)}) == 3


def test_a_refused_request_does_not_use_up_its_key(live_server: LiveServer) -> None:
    key = new_key()
    for wrong in ({"quality": "best"}, {"model_preference": "test_unready"}, {"images": ["uploads/no.png"]}):
        assert send(live_server, key, body=wrong).status_code == 422
    good = send(live_server, key)
    assert good.status_code == 202
    assert "Idempotent-Replayed" not in good.headers


def test_keys_belong_to_accounts(live_server: LiveServer) -> None:
    key = new_key()
    other = live_server.cli("keys", "create", "Other", "--tier", "pro").split()[0]
    mine, theirs = send(live_server, key), send(live_server, key, token=other)
    assert mine.status_code == theirs.status_code == 202, theirs.text
    assert mine.json()["job_id"] != theirs.json()["job_id"]


def test_at_the_same_moment_there_is_one_job(live_server: LiveServer) -> None:
    key = new_key()
    answers: list[requests.Response] = []
    threads = [threading.Thread(target=lambda: answers.append(send(live_server, key))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} <= {202, 409}
    jobs = {answer.json()["job_id"] for answer in answers if answer.status_code == 202}
    assert len(jobs) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["details"]["retryable"] is True
            assert int(answer.headers["Retry-After"]) >= 1
    assert send(live_server, key).json()["job_id"] in jobs


def test_a_server_that_was_killed_still_knows_the_answer(own_server: Callable[..., LiveServer]) -> None:
    server = own_server()
    key = new_key()
    first = send(server, key, body={"parameters": {"steps": 1000, "seconds": 0.05}}).json()
    server.kill()
    server.start()
    again = send(server, key, body={"parameters": {"steps": 1000, "seconds": 0.05}})
    assert again.json() == first
    assert again.headers["Idempotent-Replayed"] == "true"
    assert [job["job_id"] for job in server.get("/jobs").json()["jobs"]] == [first["job_id"]]


def test_a_key_whose_time_is_over_is_as_good_as_new(live_server: LiveServer) -> None:
    key = new_key()
    first = send(live_server, key).json()
    database = live_server.open_database()
    with database.write() as session:
        row = update(IdempotentAnswer).where(IdempotentAnswer.job_id == first["job_id"])
        session.execute(row.values(created_at=now() - ANSWER_LIFE))
    database.close()
    later = send(live_server, key, body={"text_prompt": "y"})
    assert later.status_code == 202, later.text
    assert later.json()["job_id"] != first["job_id"]
    assert send(live_server, key, body={"text_prompt": "y"}).json() == later.json()


def test_answers_are_kept_for_a_day_at_least() -> None:
    assert timedelta(hours=24) <= ANSWER_LIFE
