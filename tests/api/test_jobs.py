"""Jobs over HTTP: waiting for them, following, listing, using one before it is done."""

from __future__ import annotations

import json

from live import LiveServer, assert_refused


def test_download_of_an_unfinished_job(live_server: LiveServer) -> None:
    job_id = live_server.submit(steps=100, seconds=0.1)
    assert_refused(live_server.get(f"/mesh/download/{job_id}"), 409, "CONFLICT", "status")
    assert_refused(
        live_server.post("/segment/analyze", {"mesh_file": f"job:{job_id}"}),
        422,
        "INVALID_INPUT",
        "no result",
    )
    live_server.post(f"/jobs/{job_id}/cancel")
    live_server.wait(job_id)
    again = live_server.post("/segment/analyze", {"mesh_file": f"job:{job_id}"})
    assert_refused(again, 422, "INVALID_INPUT", "Submit that job again")


def test_an_engine_can_tell_what_was_asked_from_defaults(live_server: LiveServer) -> None:
    mesh = live_server.wait(live_server.submit())["job_id"]
    body = {"mesh_file": f"job:{mesh}", "model_preference": "test_halves", "segmentation_level": "fine"}
    for more in ({}, {"min_part_size": 100}):
        job_id = live_server.post("/segment/analyze", body | more).json()["job_id"]
        job = live_server.wait(job_id)
        assert job["result"]["notes"] == [", ".join(sorted(["segmentation_level", *more]))]
        shown = {"segmentation_level": "fine", "min_part_size": 100}
        assert job["request"] | shown == job["request"]


def test_prefer_wait(live_server: LiveServer) -> None:
    body = {"text_prompt": "x", "model_preference": "test_steps"}
    done = live_server.post("/mesh/generate", body, headers={"Prefer": "respond-async, wait=30"})
    assert (done.status_code, done.json()["status"]) == (200, "completed")
    assert done.headers["Preference-Applied"] == "wait=30"
    slow = body | {"parameters": {"steps": 30, "seconds": 0.1}}
    late = live_server.post("/mesh/generate", slow, headers={"Prefer": "wait=1"})
    assert (late.status_code, late.json()["status"]) == (202, "queued")
    live_server.post(f"/jobs/{late.json()['job_id']}/cancel")
    wrong = live_server.post("/mesh/generate", body, headers={"Prefer": "wait=soon"})
    assert_refused(wrong, 422, "INVALID_INPUT", "wait=soon")


def test_event_stream_replays_after_the_last_event_id(live_server: LiveServer) -> None:
    job_id = live_server.submit(steps=5)
    whole = live_server.events(job_id)
    assert [event["seq"] for event in whole] == list(range(1, len(whole) + 1))
    again = live_server.events(job_id, **{"Last-Event-ID": "2"})
    for event in (whole[-1], again[-1]):  # each answer has links of its own
        del event["result"]["download_url"], event["result"]["preview_url"]
    assert again == whole[2:]
    path = f"/jobs/{job_id}/events"
    done = live_server.get(path, headers={"Last-Event-ID": str(len(whole))})
    assert (done.status_code, done.text) == (204, "")  # browsers come back until they are told this
    for wrong in ("x", "-1", str(len(whole) + 1), "9" * 5000):
        assert_refused(live_server.get(path, headers={"Last-Event-ID": wrong}), 422, "INVALID_INPUT", "seq")


def test_event_stream_is_live(live_server: LiveServer) -> None:
    job_id = live_server.submit(steps=10, seconds=0.15)
    lines = live_server.get(f"/jobs/{job_id}/events", stream=True).iter_lines()
    first = next(line for line in lines if line.startswith(b"data: "))
    assert json.loads(first[6:])["event"] == "job_queued"
    assert live_server.job(job_id)["status"] in ("queued", "processing")
    assert b"job_completed" in b"".join(lines)


def test_jobs_are_listed_in_pages(live_server: LiveServer) -> None:
    ids = [live_server.submit("test_refuses") for _ in range(5)]
    for job_id in ids:
        live_server.wait(job_id)
    seen: list[str] = []
    cursor = None
    while len(seen) < 5:
        page = live_server.get("/jobs", params={"limit": 2, "cursor": cursor, "status": "error"}).json()
        seen += [job["job_id"] for job in page["jobs"]]
        cursor = page["next_cursor"]
    assert seen[:5] == ids[::-1]
    assert (
        live_server.get("/jobs", params={"feature": "auto_rigging", "status": "queued"}).json()["jobs"] == []
    )
    assert_refused(live_server.get("/jobs", params={"cursor": "x"}), 422, "INVALID_INPUT", "cursor")
    assert_refused(live_server.get("/jobs", params={"limit": 0}), 422, "INVALID_INPUT", "limit")
