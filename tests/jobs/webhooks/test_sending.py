"""Webhooks on a real job table with a real receiver; only the clock is the test's."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from live import wait_until
from pocket3d_server.accounts import registry
from pocket3d_server.accounts.auth import LOCAL_ACCOUNT
from pocket3d_server.errors import Refusal
from pocket3d_server.jobs import states
from pocket3d_server.jobs.events import change
from pocket3d_server.jobs.tables import Job
from pocket3d_server.jobs.webhooks import outbox, sender
from pocket3d_server.jobs.webhooks.book import MOST_WEBHOOKS, WebhookBook
from pocket3d_server.jobs.webhooks.tables import Delivery, Webhook
from receiver import Receiver, receiver
from sqlalchemy import select
from webhook_house import RESULT, House


def test_the_documented_payload_arrives_signed(house: House, there: Receiver) -> None:
    webhook = house.hook(there.url)
    job_id = house.finish(RESULT)
    assert house.send() == 1
    told = there.requests[0].verify(webhook.secret)
    assert set(told) == {"event", "job_id", "timestamp", "data"}
    assert (told["event"], told["job_id"]) == ("job_completed", job_id)
    assert told["data"]["feature"] == "mesh_generation"
    result = told["data"]["result"]
    assert result["file_path"] == "outputs/mesh_1.glb"
    assert result["download_url"].startswith("https://api.example.org/download/mesh_1.glb?token=")
    assert there.requests[0].headers["content-type"] == "application/json"
    (delivery,) = house.deliveries()
    assert (delivery.status, delivery.attempts, delivery.id) == ("delivered", 1, there.requests[0].id)
    assert house.send(days=3) == 0


def test_a_failed_job_says_why(house: House, there: Receiver) -> None:
    webhook = house.hook(there.url)
    house.finish()
    house.send()
    assert there.requests[0].verify(webhook.secret)["data"] == {
        "feature": "mesh_generation",
        "error": "No memory.",
        "error_code": "OUT_OF_MEMORY",
        "suggestion": "Lower the quality.",
    }


def test_only_the_events_that_are_wanted_by_accounts_that_own_them(house: House, there: Receiver) -> None:
    house.hook(there.url, "job_started", "job_started")
    house.finish(RESULT)
    house.finish(RESULT, account="ada")
    house.send()
    assert [r.json["event"] for r in there.requests] == ["job_started"]
    assert there.requests[0].json["data"] == {"feature": "mesh_generation", "attempt": 1}


def test_a_transaction_that_fails_leaves_no_delivery(house: House, there: Receiver) -> None:
    house.hook(there.url, "job_started")
    job_id = house.job()
    with pytest.raises(ZeroDivisionError), change(house.database, house.events) as session:  # noqa: PT012
        states.claim(session, job_id, "me", 60)
        raise ZeroDivisionError
    assert house.deliveries() == []


def test_a_secret_of_free_text_signs_with_its_bytes(house: House, there: Receiver) -> None:
    house.hook(there.url, secret="your_webhook_secret")
    house.finish(RESULT)
    house.send()
    assert there.requests[0].verify(b"your_webhook_secret")


@pytest.mark.parametrize("secret", ["", "short", "whsec_", "whsec_not base64!", "whsec_AAAA", "x" * 257])
def test_weak_and_broken_secrets_are_refused(house: House, secret: str) -> None:
    with pytest.raises(Refusal, match="secret cannot be used"):
        house.hook("http://127.0.0.1:9/", secret=secret)


def test_the_old_secret_signs_along_until_its_time_is_over(house: House, there: Receiver) -> None:
    old = house.hook(there.url)
    new = house.book.rotate_secret(LOCAL_ACCOUNT, old.id, None, timedelta(hours=1))
    assert new.secret != old.secret
    house.finish(RESULT)
    house.send()
    both = there.requests[0]
    assert both.verify(old.secret) == both.verify(new.secret)
    house.finish(RESULT)
    house.send(hours=1, seconds=1)
    signatures = there.requests[1].headers["webhook-signature"].split(" ")
    assert len(signatures) == 1
    assert len(both.headers["webhook-signature"].split(" ")) == 2


def test_retries_over_days_under_one_id_and_then_gives_up(house: House, there: Receiver) -> None:
    house.hook(there.url)
    house.finish(RESULT)
    there.always(500)
    began = house.at
    moments = []
    assert house.send() == 1
    for wait in outbox.SCHEDULE[1:]:
        (delivery,) = house.deliveries()
        assert delivery.next_try_at
        pause = (delivery.next_try_at - house.at).total_seconds()
        assert wait <= pause <= wait * (1 + sender.JITTER)
        assert house.send(seconds=pause - 0.01) == 0
        assert house.send(seconds=0.02) == 1
        moments.append(house.at)
    assert timedelta(days=3) < moments[-1] - began < timedelta(days=4)
    assert {r.id for r in there.requests} == {house.deliveries()[0].id}
    assert len({r.headers["webhook-timestamp"] for r in there.requests}) == len(outbox.SCHEDULE)
    (delivery,) = house.deliveries()
    assert (delivery.status, delivery.attempts, delivery.next_try_at) == (
        "failed",
        len(outbox.SCHEDULE),
        None,
    )
    assert {(t["response_code"], t["error"]) for t in delivery.tries} == {
        (500, "The receiver answered 500 Internal Server Error.")
    }
    assert house.send(days=1) == 0


def test_succeeds_after_some_failures_and_links_are_made_anew(house: House, there: Receiver) -> None:
    house.hook(there.url)
    house.finish(RESULT)
    there.answer = lambda r: (200 if len(there.requests) > 2 else 503, {})
    for seconds in (0, 6, 400):
        house.send(seconds=seconds)
    assert house.deliveries()[0].status == "delivered"
    assert [t["response_code"] for t in house.deliveries()[0].tries] == [503, 503, 200]
    with house.database.read() as session:
        assert session.scalars(select(Webhook.failing_since)).one() is None


@pytest.mark.parametrize("text", ["3600", None])
def test_retry_after_is_heeded_as_seconds_and_as_a_date(
    house: House, there: Receiver, text: str | None
) -> None:
    house.hook(there.url)
    house.finish(RESULT)
    date = (datetime.now(UTC) + timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    there.always(429, Retry_After=text or date)
    house.send()
    next_try = house.deliveries()[0].next_try_at
    assert next_try
    assert timedelta(minutes=55) < next_try - house.at <= timedelta(hours=1)


def test_redirects_are_failures_and_not_followed(house: House, there: Receiver) -> None:
    house.hook(there.url)
    house.finish(RESULT)
    there.always(307, Location=there.url)
    house.send()
    assert len(there.requests) == 1
    (delivery,) = house.deliveries()
    assert delivery.status == "pending"
    assert "Redirects are not followed" in delivery.tries[0]["error"]


def test_gone_disables_the_webhook_and_enabling_starts_anew(house: House, there: Receiver) -> None:
    webhook = house.hook(there.url)
    house.finish(RESULT)
    there.always(410)
    house.send()
    found = house.book.get(LOCAL_ACCOUNT, webhook.id)
    assert (found.enabled, found.disabled_reason) == (False, "The receiver answered 410 Gone.")
    assert found.disabled_at == house.at
    house.finish(RESULT)
    (gone,) = house.deliveries()  # nothing is written for a disabled webhook
    assert gone.status == "failed"
    with pytest.raises(Refusal, match="disabled"):
        house.book.replay(LOCAL_ACCOUNT, webhook.id, gone.id)
    there.always(200)
    anew = house.book.change(LOCAL_ACCOUNT, webhook.id, enabled=True)
    assert (anew.disabled_reason, anew.disabled_at) == (None, None)
    house.book.replay(LOCAL_ACCOUNT, webhook.id, gone.id)
    house.send()
    assert [r.id for r in there.requests] == [gone.id, gone.id]
    assert house.deliveries()[0].status == "delivered"


def test_a_webhook_that_fails_for_days_is_disabled_with_the_reason(house: House, there: Receiver) -> None:
    webhook = house.hook(there.url)
    there.always(404)
    house.finish(RESULT)
    house.send()
    house.finish(RESULT)
    house.send(days=4, hours=23)
    assert house.book.get(LOCAL_ACCOUNT, webhook.id).enabled
    house.finish(RESULT)
    house.send(hours=2)
    found = house.book.get(LOCAL_ACCOUNT, webhook.id)
    assert not found.enabled
    assert "Every delivery has failed since" in (found.disabled_reason or "")
    assert "404 Not Found" in (found.disabled_reason or "")
    assert {d.status for d in house.deliveries()} == {"failed"}


def test_disabling_gives_up_what_waits(house: House, there: Receiver) -> None:
    webhook = house.hook(there.url)
    house.finish(RESULT)
    house.book.change(LOCAL_ACCOUNT, webhook.id, enabled=False)
    assert house.send() == 0
    assert house.deliveries()[0].status == "failed"


def test_a_disabled_accounts_webhooks_are_silent_until_it_is_enabled(house: House, there: Receiver) -> None:
    house.book = WebhookBook(house.database, True)
    house.sender = house.new_sender()
    house.book.create("ada", there.url, ["job_completed"])
    house.finish(RESULT, account="ada")
    with house.database.write() as session:
        registry.disable(session, "ada")
    assert house.send(days=1) == 0
    assert house.sender._seconds_to_next() == sender.LOOK_S
    with house.database.write() as session:
        registry.enable(session, "ada")
    assert house.send() == 1


def test_a_ping_is_tried_once_and_disables_nothing(house: House, there: Receiver) -> None:
    webhook = house.hook(there.url)
    there.always(410)
    house.book.ping(LOCAL_ACCOUNT, webhook.id)
    house.send()
    assert there.requests[0].verify(webhook.secret)["event"] == "ping"
    assert house.deliveries()[0].status == "failed"
    assert house.book.get(LOCAL_ACCOUNT, webhook.id).enabled


def test_deleting_job_or_webhook_breaks_nothing(house: House, there: Receiver) -> None:
    webhook = house.hook(there.url)
    job_id = house.finish(RESULT)
    with house.database.write() as session:
        session.delete(session.get_one(Job, job_id))
    house.send()
    assert there.requests[0].json["job_id"] == job_id
    house.finish(RESULT)
    there.hang()
    house.sender.turn()
    there.wait(2)
    house.book.delete(LOCAL_ACCOUNT, webhook.id)
    there.released.set()
    assert house.sender.wait_idle(20)
    assert house.deliveries() == []


def test_a_slow_receiver_holds_up_only_itself(house: House, there: Receiver) -> None:
    there.hang()
    with receiver() as quick:
        house.hook(there.url)
        for _ in range(sender.AT_ONCE + 5):
            house.finish(RESULT)
        house.hook(quick.url)
        last = house.finish(RESULT)
        house.sender.turn()
        assert quick.wait(1)[0].json["job_id"] == last
        assert len(there.requests) <= sender.AT_ONCE_EACH
        there.released.set()
        assert house.sender.wait_idle(20)
        house.send()
        assert len(there.requests) == sender.AT_ONCE + 6


def test_slow_receivers_hold_up_only_their_account(house: House, there: Receiver) -> None:
    """One account's twenty slow webhooks are older; what another is owed leaves at once all the same."""
    there.hang()
    house.book = WebhookBook(house.database, True)
    house.sender = house.new_sender()
    with receiver() as quick:
        for _ in range(MOST_WEBHOOKS):
            house.book.create("ada", there.url, ["job_completed"])
        for _ in range(3):
            house.finish(RESULT, account="ada")
        house.hook(quick.url)
        last = house.finish(RESULT)
        while house.sender.turn():
            pass
        assert quick.wait(1)[0].json["job_id"] == last
        wait_until(lambda: len(house.sender._sending) == sender.AT_ONCE_ACCOUNT)
        assert house.sender._seconds_to_next() == sender.LOOK_S, "the thread does not spin meanwhile"
        assert len(there.wait(sender.AT_ONCE_ACCOUNT)) == sender.AT_ONCE_ACCOUNT
        there.released.set()
        assert house.sender.wait_idle(20)
        house.send()
        assert len(there.requests) == 3 * MOST_WEBHOOKS


def test_free_places_go_round_the_accounts_and_then_to_the_oldest() -> None:
    due = [("ada1", "ada", 9), ("ada2", "ada", 9), ("bob1", "bob", 1), ("cy1", "cy", 5)]
    busy = [("x", "x")] * (sender.AT_ONCE - 6)
    assert sender.Load(busy).share(due) == {"ada1": 2, "ada2": 1, "bob1": 1, "cy1": 2}
    two_of_ada = [*busy, ("ada1", "ada"), ("ada3", "ada")]
    assert sender.Load(two_of_ada).share(due) == {"bob1": 1, "cy1": 2, "ada1": 1}
    assert sender.Load([*busy, *[("x", "x")] * 5]).share(due) == {"ada1": 1}
    assert sender.Load([]).share(due) == {"ada1": 2, "ada2": 2, "bob1": 1, "cy1": 2}


def test_what_a_killed_sender_had_begun_is_sent_again_under_the_same_id(
    house: House, there: Receiver
) -> None:
    house.hook(there.url)
    house.finish(RESULT)
    there.hang()
    lost = house.sender
    lost.turn()
    there.wait(1)
    house.sender = house.new_sender()  # another server on the same table
    assert house.send() == 0  # the lease is the first one's
    house.at += sender.LEASE + timedelta(seconds=1)
    assert house.sender.turn() == 1
    there.wait(2)
    there.released.set()
    assert house.sender.wait_idle(20)
    assert lost.wait_idle(20)
    assert len({r.id for r in there.requests}) == 1
    assert len(there.requests) == 2
    assert (house.deliveries()[0].status, house.deliveries()[0].attempts) == ("delivered", 1)


def test_old_deliveries_are_deleted_but_not_those_that_wait(house: House, there: Receiver) -> None:
    house.hook(there.url)
    house.finish(RESULT)
    house.send()
    house.finish(RESULT)
    with house.database.write() as session:
        for delivery in session.scalars(select(Delivery)):
            delivery.created_at = house.at - timedelta(days=31)
    there.always(500)
    house.send(hours=2)
    assert [d.status for d in house.deliveries()] == ["pending"]


def test_large_results_are_shortened_and_say_so(house: House, there: Receiver) -> None:
    webhook = house.hook(there.url)
    bones = [{"name": f"bone_{i}", "position": [0.123456] * 3, "rotation": [0.1] * 4} for i in range(256)]
    notes = ["n" * 300 for _ in range(80)]
    job_id = house.finish(RESULT | {"bones": bones, "notes": notes, "bone_count": 256, "licence": "l" * 5000})
    house.send()
    assert len(there.requests[0].body) < 20_000
    data = there.requests[0].verify(webhook.secret)["data"]
    assert data["left_out"] == {"notes": 80, "bones": 256}
    assert f"GET /api/v1/jobs/{job_id}" in data["note"]
    assert data["result"]["bone_count"] == 256
    assert data["result"]["download_url"]


def test_there_is_a_limit_of_webhooks(house: House) -> None:
    for _ in range(MOST_WEBHOOKS):
        house.hook("http://127.0.0.1:9/")
    with pytest.raises(Refusal, match="limit"):
        house.hook("http://127.0.0.1:9/")


def test_two_senders_share_the_work(house: House, there: Receiver) -> None:
    webhooks = [house.hook(there.url) for _ in range(3)]
    for _ in range(20):
        house.finish(RESULT)
    senders = [house.new_sender() for _ in range(2)]
    for each in senders:
        each.start(alone=False)
    there.wait(60, 60)
    for each in senders:
        each.stop()
    assert len({r.id for r in there.requests}) == len(there.requests) == 60
    assert {(d.status, d.attempts) for d in house.deliveries()} == {("delivered", 1)}
    assert {d.webhook_id for d in house.deliveries()} == {w.id for w in webhooks}


def test_standard_secrets_are_base64_of_random_bytes(house: House) -> None:
    secret = house.hook("http://127.0.0.1:9/").secret
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
    assert secret != house.hook("http://127.0.0.1:9/").secret
