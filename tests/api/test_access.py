"""Who may ask: credentials, hosts and pages, accounts apart."""

from __future__ import annotations

import requests
from live import LiveServer, assert_refused, wait_until


def test_no_credentials_or_wrong_ones(live_server: LiveServer) -> None:
    for token in (None, "nonsense", "p3d_wrong", live_server.token + "x", "a.b.c"):
        answer = live_server.get("/jobs", token=token)
        assert_refused(answer, 401, "UNAUTHORIZED")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    root = requests.get(live_server.url, timeout=10)
    assert root.json()["product"] == "pocket3d"


def test_names_and_pages_from_elsewhere_are_refused(live_server: LiveServer) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        assert_refused(live_server.get("/jobs", headers=headers), 403, "FORBIDDEN", "evil.example")
    assert live_server.get("/jobs", headers={"Origin": "http://localhost:3000"}).status_code == 200


def test_keys_tiers_and_accounts_apart(live_server: LiveServer) -> None:
    key = live_server.cli("keys", "create", "Ada", "--tier", "free").strip()
    mine = live_server.submit()
    assert_refused(live_server.get(f"/jobs/{mine}", token=key), 404, "NOT_FOUND")
    live_server.wait(mine)
    assert_refused(
        live_server.post("/segment/analyze", {"mesh_file": f"job:{mine}"}, token=key), 422, "INVALID_INPUT"
    )
    assert live_server.get("/jobs", token=key).json()["jobs"] == []
    token = live_server.post("/auth/token", token=key).json()
    assert (token["token_type"], token["expires_in"]) == ("bearer", 900)
    answers = [live_server.get("/jobs", token=token["access_token"]) for _ in range(7)]
    left = [int(a.headers["X-RateLimit-Remaining"]) for a in answers]
    assert left == [5, 4, 3, 2, 1, 0, 0]
    assert answers[0].headers["X-RateLimit-Limit"] == "10"
    assert_refused(answers[-1], 429, "RATE_LIMITED")
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    key_id = next(
        line.split()[0] for line in live_server.cli("keys", "list").splitlines() if key[-4:] in line
    )
    live_server.cli("keys", "revoke", key_id)
    wait_until(lambda: live_server.get("/jobs", token=key).status_code == 401)
