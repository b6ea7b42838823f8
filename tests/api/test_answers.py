"""How a job is shown: what is remembered, and when it is forgotten."""

from __future__ import annotations

from live import LiveServer
from pocket3d_server.api.answers import LIFE_S, MOST, Answers


def test_an_answer_is_made_again_after_a_second_or_a_change() -> None:
    clock, made = [0.0], []
    answers = Answers(lambda: clock[0])

    def make() -> tuple[bytes, float]:
        made.append(clock[0])
        return f"made {len(made)}".encode(), LIFE_S

    def ask(account: str = "ada", host: str = "h") -> bytes:
        return answers.get("job", account, host, make)

    assert [ask(), ask()] == [b"made 1", b"made 1"]
    answers.forget("job")
    assert ask() == b"made 2"
    clock[0] += LIFE_S
    assert ask() == b"made 3"
    assert ask("bob") == b"made 4"
    assert ask("ada", "other") == b"made 5"
    assert ask() == b"made 3"
    for number in range(MOST):
        answers.get(str(number), "ada", "h", lambda: (b"x", LIFE_S))
    assert ask() == b"made 6"


def test_a_change_while_the_job_is_read_is_not_missed() -> None:
    answers = Answers(lambda: 0.0)

    def old_and_then_a_change() -> tuple[bytes, float]:
        answers.forget("job")
        return b"old", LIFE_S

    assert answers.get("job", "ada", "h", old_and_then_a_change) == b"old"
    assert answers.get("job", "ada", "h", lambda: (b"new", LIFE_S)) == b"new"


def test_a_job_is_shown_as_it_is_after_each_change(live_server: LiveServer) -> None:
    job_id = live_server.submit("test_hangs")
    assert live_server.job(job_id)["status"] in ("queued", "processing")
    assert live_server.post(f"/jobs/{job_id}/cancel").status_code == 200
    assert live_server.job(job_id)["status"] == "error"
    assert live_server.get(f"/mesh/status/{job_id}").json() == live_server.job(job_id)
    stranger = live_server.cli("keys", "create", "Stranger").split()[-1]
    assert live_server.get(f"/jobs/{job_id}", token=stranger).status_code == 404
    assert live_server.request("DELETE", f"/jobs/{job_id}").status_code == 204
    assert live_server.get(f"/jobs/{job_id}").status_code == 404
