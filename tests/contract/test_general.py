"""What holds for every request: address, credentials, rate limits, the error envelope, limits of files."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from contract.reference import example
from contract.shapes import assert_shape
from live import BASE, LiveServer
from pocket3d.client import DEFAULT_BASE_URL
from pocket3d_server.accounts.tiers import TIERS
from pocket3d_server.api.errors import ErrorBody
from pocket3d_server.config import Settings
from pocket3d_server.errors import ErrorCode


def test_base_url() -> None:
    documented = example("Base URL")
    assert documented == DEFAULT_BASE_URL
    assert urlsplit(documented).path == BASE


@pytest.mark.parametrize("documented", ["API Key Authentication", "JWT Token Authentication"])
def test_credentials(live_server: LiveServer, documented: str) -> None:
    key = live_server.cli("keys", "create", "Contract", "--tier", "free").split()[0]
    given = {
        "YOUR_API_KEY": key,
        "YOUR_JWT_TOKEN": live_server.post("/auth/token", token=key).json()["access_token"],
    }
    header, value = re.sub(r"YOUR_\w+", lambda found: given[found[0]], example(documented)).split(": ")
    answer = requests.get(f"{live_server.url}{BASE}/jobs", headers={header: value}, timeout=30)
    assert (answer.status_code, answer.json()["jobs"]) == (200, [])
    wrong = requests.get(f"{live_server.url}{BASE}/jobs", headers={header: value + "x"}, timeout=30)
    assert (wrong.status_code, wrong.json()["error_code"]) == (401, "UNAUTHORIZED")


def test_tiers_have_the_documented_rates() -> None:
    rates = {name: TIERS[name].requests_per_minute for name in ("free", "pro", "enterprise")}
    assert rates == {"free": 10, "pro": 100, "enterprise": 1000}
    for name in rates:
        assert TIERS[name].upload_bytes_per_minute == 100 * 1024 * 1024
        assert TIERS[name].websockets == 10


def test_limits_have_the_documented_sizes() -> None:
    settings = Settings()
    assert settings.max_file_bytes == 500 * 1024 * 1024
    assert settings.max_files == 10
    assert settings.job_time_limit == 30 * 60
    assert settings.queue_limit == 1000


def test_every_answer_bears_its_rate_limit_and_its_id(live_server: LiveServer) -> None:
    documented = dict(line.split(": ") for line in example("Rate Limiting").splitlines())
    for answer in (
        live_server.get("/system/health"),
        live_server.get("/nothing"),
        live_server.post("/mesh/generate", {}),
        live_server.get("/jobs", token=None),
        requests.get(live_server.url, timeout=30),
        requests.get(f"{live_server.url}/openapi/openapi.json", timeout=30),
    ):
        assert documented.keys() <= answer.headers.keys(), answer.url
        limit, remaining = (int(answer.headers[f"X-RateLimit-{name}"]) for name in ("Limit", "Remaining"))
        assert limit > remaining >= 0
        assert int(answer.headers["X-RateLimit-Reset"]) > time.time() - 1
        assert re.fullmatch(r"req_\w+", answer.headers["X-Request-ID"])


def test_error_envelope(live_server: LiveServer) -> None:
    documented = example("Error Handling")
    answers: list[requests.Response] = [
        live_server.post("/mesh/generate", {}),
        live_server.get("/jobs/nothing"),
        live_server.get("/mesh/generate"),
        live_server.get("/jobs", token="wrong"),
        live_server.get("/jobs", headers={"Host": "evil.example"}),
    ]
    assert [answer.status_code for answer in answers] == [422, 404, 405, 401, 403]
    for answer in answers:
        body: dict[str, Any] = answer.json()
        assert_shape(documented, body)
        assert body.keys() == documented.keys()
        assert body["request_id"] == answer.headers["X-Request-ID"]
        assert len(body["details"]["suggestion"]) > 10
        assert body["details"]["retryable"] is False
        ErrorBody.model_validate(body)


def test_the_common_error_codes() -> None:
    documented = (
        "INVALID_INPUT INSUFFICIENT_CREDITS MODEL_UNAVAILABLE PROCESSING_FAILED QUEUE_FULL FILE_TOO_LARGE"
    )
    assert set(documented.split()) <= set(ErrorCode)


def test_codes_of_refused_requests(live_server: LiveServer) -> None:
    unready = {"text_prompt": "a chair", "model_preference": "test_unready"}
    answer = live_server.post("/mesh/generate", unready).json()
    assert answer["error_code"] == "MODEL_UNAVAILABLE"
    assert "models install" in answer["details"]["suggestion"]
    failed = live_server.wait(live_server.submit("test_broken"))["error"]
    assert failed["error_code"] == "PROCESSING_FAILED"
    assert failed["details"]["suggestion"]
