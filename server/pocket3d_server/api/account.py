"""The caller's own account: tier and limits, credits and their ledger, usage, API keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from pocket3d_server import BASE_PATH
from pocket3d_server.accounts import keys, ledger
from pocket3d_server.accounts.ledger import EntryKind
from pocket3d_server.accounts.scopes import Scope
from pocket3d_server.accounts.tables import Account, ApiKey, CreditEntry
from pocket3d_server.api.chapter import chapter
from pocket3d_server.api.context import caller, services
from pocket3d_server.api.errors import ErrorBody
from pocket3d_server.api.paging import NextCursor, PageQuery
from pocket3d_server.api.schemas import Timestamp
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs import queries
from pocket3d_server.times import now

api = chapter("account", "Account")

TierName = Literal["free", "pro", "enterprise", "local"]
KeyName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=keys.MAX_NAME,
        json_schema_extra={"pattern": keys.NAME_PATTERN},  # keys.checked_name refuses in plain words
        description="Whom or what it is for: one line, not blank.",
        examples=["render farm"],
    ),
]


class Limits(BaseModel):
    """What the account may do."""

    requests_per_minute: int
    upload_bytes_per_minute: int
    websockets: int = Field(description="Open at the same time.")
    concurrent_jobs: int = Field(description="That run at the same time.")
    queued_jobs: int
    files_per_upload: int
    bytes_per_file: int
    stored_bytes: int | None = Field(
        description="Uploads, outputs and images inside requests together; null: as much as fits."
    )


class AccountUsage(BaseModel):
    """What the account's jobs and files amount to; what was deleted does not count."""

    jobs: dict[Literal["queued", "processing", "completed", "error"], int] = Field(
        description="How many have each status."
    )
    processing_seconds: float = Field(ge=0)
    stored_files: int = Field(ge=0)
    stored_bytes: int = Field(ge=0)


class AccountInfo(BaseModel):
    """An account."""

    account_id: str
    name: str
    tier: TierName
    limits: Limits
    credits: int | None = Field(description="What is left to spend; null: jobs cost nothing here.")
    usage: AccountUsage
    created_at: Timestamp
    key_id: str | None = Field(description="The key that asks; null for the token of this machine.")
    scopes: list[Scope] = Field(description="What the credentials that ask may be used for.")


class KeyInfo(BaseModel):
    """An API key, without its text."""

    key_id: str = Field(examples=["key_123abc"])
    name: str
    hint: str = Field(description="The beginning and the end of its text.", examples=["p3d_Xy12…9aBc"])
    scopes: list[Scope]
    status: Literal["valid", "expired", "revoked"]
    created_at: Timestamp
    expires_at: Timestamp | None = Field(description="Null: never.")
    last_used_at: Timestamp | None = Field(description="To the minute.")


class NewKey(KeyInfo):
    """A key that was just made. `key` is shown this once."""

    key: str = Field(examples=["p3d_…"])


class KeyList(BaseModel):
    """The account's keys, oldest first."""

    keys: list[KeyInfo]


class CreateKey(BaseModel):
    """A key to make."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: KeyName
    scopes: list[Literal["jobs:read", "jobs:write", "account", "webhooks", "system"]] | None = Field(
        None,
        min_length=1,
        max_length=20,
        description="At most those of the key that asks; default: the same.",
    )
    expires_in_days: int | None = Field(
        None,
        ge=1,
        le=36500,
        description="Default: never. It ends with the key that asks, if that ends sooner.",
    )


class RenameKey(BaseModel):
    """A key's new name."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: KeyName


class KeyPath(BaseModel):
    """Names a key."""

    key_id: str = Field(max_length=64)


class LedgerQuery(PageQuery):
    """Which entries to list."""

    cursor: str | None = Field(
        None, pattern=r"^[0-9]{1,18}$", description="`next_cursor` of the page before."
    )


class LedgerEntry(BaseModel):
    """What happened to the account's credits."""

    entry_id: int
    kind: EntryKind = Field(
        description="`reserve` when a job is submitted; then `settle` when it is completed, or `refund` when it "
        "failed or was cancelled. `grant` and `adjust` are the operator's."
    )
    amount: int = Field(description="What was added; negative for what was taken.")
    balance: int = Field(description="The credits after it.")
    job_id: str | None
    note: str
    created_at: Timestamp


class LedgerPage(BaseModel):
    """Some entries, newest first. An account that is not metered has none."""

    entries: list[LedgerEntry]
    next_cursor: NextCursor


@api.get("", responses={200: AccountInfo})
def show_account() -> Response:
    """Your tier, limits, credits and usage. Every key may ask."""
    who, settings = caller(), services().settings
    with services().database.read() as session:
        account = session.get_one(Account, who.account_id)
        usage = queries.usage_of_account(session, who.account_id)
        stored_bytes = services().quota.limit(session, who.account_id)
    answer = AccountInfo(
        account_id=account.id,
        name=account.name,
        tier=who.tier_name,  # type: ignore[arg-type]
        limits=Limits(
            requests_per_minute=who.tier.requests_per_minute,
            upload_bytes_per_minute=who.tier.upload_bytes_per_minute,
            websockets=who.tier.websockets,
            concurrent_jobs=who.tier.concurrent_jobs,
            queued_jobs=settings.queue_limit,
            files_per_upload=settings.max_files,
            bytes_per_file=settings.max_file_bytes,
            stored_bytes=stored_bytes,
        ),
        credits=account.credits,
        usage=AccountUsage(
            jobs=usage.jobs,  # type: ignore[arg-type]
            processing_seconds=round(usage.seconds, 3),
            stored_files=usage.files,
            stored_bytes=usage.bytes,
        ),
        created_at=account.created_at,
        key_id=who.key_id,
        scopes=sorted(who.scopes),
    )
    return jsonify(answer.model_dump())


@api.get("/usage", responses={200: LedgerPage})
def list_usage(query: LedgerQuery) -> Response:
    """List what happened to your credits, newest first."""
    before = int(query.cursor) if query.cursor else None
    with services().database.read() as session:
        found = ledger.page(session, caller().account_id, query.limit + 1, before)
    more = len(found) > query.limit
    page = found[: query.limit]
    answer = LedgerPage(
        entries=[_entry(line) for line in page], next_cursor=str(page[-1].id) if more else None
    )
    return jsonify(answer.model_dump())


@api.get("/keys", responses={200: KeyList})
def list_keys() -> Response:
    """List your API keys, also those that are revoked or expired."""
    with services().database.read() as session:
        found = keys.of_account(session, caller().account_id)
    return jsonify(KeyList(keys=[KeyInfo(**_facts(key)) for key, _ in found]).model_dump())


@api.post("/keys", responses={201: NewKey, 409: ErrorBody})
def create_key(body: CreateKey) -> Response:
    """Make an API key for your account. The answer shows it this once.

    Ask with a key, not with a token. The new key expires no later than the one that asks.
    """
    who = caller()
    if who.by_jwt:
        raise Refusal(
            ErrorCode.FORBIDDEN,
            "A token cannot make keys.",
            "Ask with the API key itself, so that nothing that got lost with a token outlives it.",
        )
    scopes = who.scopes if body.scopes is None else {Scope(name) for name in body.scopes}
    if missing := sorted(set(scopes) - who.scopes):
        raise Refusal(
            ErrorCode.FORBIDDEN,
            f"The key that asks lacks the scope {missing[0]} itself.",
            f"Ask for at most {', '.join(sorted(who.scopes))}, or use a key that may do more.",
            scope=missing[0],
            scopes=sorted(who.scopes),
        )
    expires_at = now() + timedelta(days=body.expires_in_days) if body.expires_in_days else None
    try:
        with services().database.write() as session:
            asking = session.get_one(ApiKey, who.key_id) if who.key_id else None
            if asking and asking.expires_at:
                expires_at = min(expires_at or asking.expires_at, asking.expires_at)
            key, text = keys.create(session, who.account_id, body.name, scopes=scopes, expires_at=expires_at)
    except keys.TooManyKeysError as error:
        raise Refusal(
            ErrorCode.CONFLICT,
            f"The account has {keys.MAX_KEYS} valid keys, as many as it may have.",
            "Revoke one that is not needed with DELETE /account/keys/{key_id}.",
        ) from error
    except ValueError as error:
        raise _bad_name(error) from error
    response = jsonify(NewKey(**_facts(key), key=text).model_dump())
    response.status_code = 201
    response.headers["Location"] = f"{BASE_PATH}/account/keys/{key.id}"
    response.headers["Cache-Control"] = "no-store"
    return response


@api.get("/keys/<key_id>", responses={200: KeyInfo})
def get_key(path: KeyPath) -> Response:
    """Get one of your API keys."""
    with services().database.read() as session:
        return jsonify(KeyInfo(**_facts(_own(keys.by_id(session, path.key_id), path))).model_dump())


@api.patch("/keys/<key_id>", responses={200: KeyInfo})
def rename_key(path: KeyPath, body: RenameKey) -> Response:
    """Give one of your API keys another name."""
    with services().database.write() as session:
        key = _own(keys.by_id(session, path.key_id), path)
        try:
            key.name = keys.checked_name(body.name)
        except ValueError as error:
            raise _bad_name(error) from error
    return jsonify(KeyInfo(**_facts(key)).model_dump())


@api.delete("/keys/<key_id>", responses={204: None})
def revoke_key(path: KeyPath) -> tuple[str, int]:
    """Revoke one of your API keys, and the tokens it got. Doing it again is no error."""
    with services().database.write() as session:
        keys.revoke(_own(keys.by_id(session, path.key_id), path))
    services().accounts.forget()
    return "", 204


def _own(found: tuple[ApiKey, Account] | None, path: KeyPath) -> ApiKey:
    if found is None or found[0].account_id != caller().account_id:
        raise Refusal(
            ErrorCode.NOT_FOUND, f"There is no key {path.key_id!r}.", "GET /account/keys lists your keys."
        )
    return found[0]


def _bad_name(error: ValueError) -> Refusal:
    problem = str(error).removeprefix("the name ").partition(":")[0]
    return Refusal(
        ErrorCode.INVALID_INPUT,
        f"name: it {problem}.",
        "Write whom or what the key is for, e.g. render farm.",
        field="name",
    )


def _facts(key: ApiKey) -> dict[str, Any]:
    return {
        "key_id": key.id,
        "name": key.name,
        "hint": key.hint,
        "scopes": sorted(keys.scopes_of(key)),
        "status": keys.status(key),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
    }


def _entry(line: CreditEntry) -> LedgerEntry:
    return LedgerEntry(
        entry_id=line.id,
        kind=EntryKind(line.kind),
        amount=line.amount,
        balance=line.balance,
        job_id=line.job_id,
        note=line.note,
        created_at=line.created_at,
    )
