"""``pocket3d-server accounts`` and ``keys``, as a person and as a program use them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pocket3d_server.accounts.tokens import Grant, TokenSigner
from pocket3d_server.cli import main


@dataclass
class Said:
    """What a command printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Said]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str) -> Said:
        try:
            code = main([*arguments, "--data-dir", str(tmp_path)])
        except SystemExit as end:  # argparse
            code = int(end.code or 0)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Said(code, said.out, said.err)

    return command


def test_an_account_from_its_first_key_to_its_end(run: Run) -> None:
    made = run("accounts", "create", "Studio Grün", "--tier", "free", "--credits", "50")
    assert "Studio Grün (free, 50 credits)" in made.out
    account = made.out.split()[0]
    assert f"keys create NAME --account {account}" in made.err
    key = run(
        "keys",
        "create",
        "farm",
        "--account",
        account,
        "--scopes",
        "jobs:read,jobs:write",
        "--expires-in",
        "30",
    )
    assert key.out.startswith("p3d_")
    assert len(key.out.split()) == 1
    assert "only time" in key.err
    run("keys", "create", "Ada", "--account", account)
    listed = run("keys", "list", "--account", account)
    assert "all but system" in listed.out
    assert "jobs:read,jobs:write" in listed.out
    assert key.out.strip() not in listed.out
    key_id = listed.out.split()[0]
    fresh = run("keys", "rotate", key_id, "--overlap", "24")
    assert f"{key_id} works until" in fresh.err
    assert fresh.out.startswith("p3d_")
    assert "is revoked" in run("keys", "revoke", key_id).out
    assert "is enterprise now" in run("accounts", "set-tier", account, "enterprise").out
    assert "has 1,050 credits now" in run("accounts", "grant", account, "1000", "--note", "June").out
    assert "has 1,040 credits now" in run("accounts", "grant", account, "-10").out
    shown = run("accounts", "show", account).out
    for part in (
        "enterprise: 1,000 requests a minute, 16 jobs at a time",
        "1,040 credits",
        "0 queued",
        "farm",
    ):
        assert part in shown
    assert "is not metered now" in run("accounts", "grant", account, "unlimited").out
    assert "queued jobs wait" in run("accounts", "disable", account).out
    assert "disabled" in run("accounts", "list").out
    assert "is enabled" in run("accounts", "enable", account).out


def test_programs_read_json(run: Run) -> None:
    key = run("keys", "create", "Ada", "--tier", "pro", "--credits", "5", "--json").json
    assert key["key"].startswith(key["hint"].split("…")[0])
    assert sorted(key["scopes"]) == ["account", "jobs:read", "jobs:write", "webhooks"]
    account = key["account_id"]
    shown = run("accounts", "show", account, "--json").json
    assert (shown["credits"], shown["tier"], shown["limits"]["concurrent_jobs"]) == (5, "pro", 4)
    assert shown["usage"]["jobs"] == {"queued": 0, "processing": 0, "completed": 0, "error": 0}
    assert [k["id"] for k in shown["keys"]] == [key["id"]]
    assert [a["id"] for a in run("accounts", "list", "--json").json] == ["local", account]
    assert run("accounts", "grant", account, "1", "--json").json["credits"] == 6
    assert run("accounts", "disable", account, "--json").json["disabled_at"]
    assert run("keys", "revoke", key["id"], "--json").json["valid"] is False
    assert [k["valid"] for k in run("keys", "list", "--json").json] == [False]


@pytest.mark.parametrize(
    ("command", "code", "about"),
    [
        ("keys create ", 2, "is empty"),
        ("keys create x --scopes all", 2, "choose of jobs:read"),
        ("keys create x --scopes ,", 2, "no scope is named"),
        ("keys create x --expires-in soon", 2, "write e.g. 30"),
        ("keys create x --expires-in 0", 2, "write e.g. 30"),
        ("keys create x --expires-in nan", 2, "write e.g. 30"),
        ("keys create x --account acc_x", 1, "'pocket3d-server accounts list' shows them"),
        ("keys create x --account local --tier pro", 1, "accounts set-tier"),
        ("keys create x --tier golden", 2, "enterprise"),
        ("keys list --account acc_x", 1, "there is no account 'acc_x'"),
        ("keys revoke key_x", 1, "'pocket3d-server keys list' shows them"),
        ("keys rotate key_x", 1, "there is no key 'key_x'"),
        ("accounts create x --credits many", 2, "write e.g. 100"),
        ("accounts create x --credits 99999999999", 2, "no number of credits"),
        ("accounts show acc_x", 1, "there is no account 'acc_x'"),
        ("accounts grant acc_x 5", 1, "there is no account 'acc_x'"),
        ("accounts grant local 5", 1, "never metered"),
        ("accounts grant local much", 2, "'unlimited'"),
        ("accounts set-tier local pro", 1, "stays as it is"),
        ("accounts disable local", 1, "stays as it is"),
        ("accounts list --database-url nonsense", 2, "Check --database-url"),
        ("accounts list --database-url sqlite:////nowhere/at/all.db", 2, "unable to open database file"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(run: Run, command: str, code: int, about: str) -> None:
    said = run(*command.split(" "))
    assert (said.code, said.out) == (code, "")
    assert about in said.err.splitlines()[-1]


def test_taking_too_much_changes_nothing(run: Run) -> None:
    account = run("accounts", "create", "Ada", "--credits", "5", "--json").json["id"]
    assert "at most those can be taken" in run("accounts", "grant", account, "-6").err
    assert run("accounts", "show", account, "--json").json["credits"] == 5


def test_rotating_the_signing_secret(run: Run, tmp_path: Path) -> None:
    signer = TokenSigner(tmp_path / "jwt_secret")
    grant = Grant("ada", "key_1", frozenset())
    token, _ = signer.issue(grant)
    assert "honoured until they expire" in run("keys", "rotate-signing").out
    assert signer.read(token) == grant
    assert "void" in run("keys", "rotate-signing", "--at-once").out
