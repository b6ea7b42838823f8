"""``pocket3d-server accounts`` and ``pocket3d-server keys``: who may use the server.

They work on the database directly, also while a server runs on it; the server notices within a second.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from pocket3d_server.accounts import keys, ledger, registry
from pocket3d_server.accounts.scopes import ACCOUNT_SCOPES, Scope
from pocket3d_server.accounts.tables import Account, ApiKey
from pocket3d_server.accounts.tiers import TIERS
from pocket3d_server.accounts.tokens import TokenSigner
from pocket3d_server.database import Database
from pocket3d_server.jobs import queries
from pocket3d_server.times import now, stamp

DEFAULT_TIER = "pro"
Open = Callable[[argparse.Namespace], tuple[Database, TokenSigner]]
Command = Callable[[Session, argparse.Namespace], None]
Add = Callable[[Any, str, str, Command], argparse.ArgumentParser]
UNLIMITED = "unlimited"


class CommandError(Exception):
    """A command cannot be done; the message says why and what to do."""


def add_commands(commands: Any, common: argparse.ArgumentParser, open_database: Open) -> None:
    """Add both commands to the command line; ``open_database`` opens what the options name."""
    json_flag = argparse.ArgumentParser(add_help=False)
    json_flag.add_argument("--json", action="store_true", help="for programs")

    def add(group: Any, name: str, text: str, run: Command) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = group.add_parser(name, parents=[common, json_flag], help=text)
        parser.set_defaults(run=lambda options: _run(run, open_database, options))
        return parser

    accounts = commands.add_parser("accounts", help="manage accounts: tiers, credits")
    _add_accounts(accounts.add_subparsers(required=True, metavar="ACTION"), add)
    groups = commands.add_parser("keys", help="manage API keys").add_subparsers(
        required=True, metavar="ACTION"
    )
    _add_keys(groups, add)
    rotate = groups.add_parser(
        "rotate-signing", parents=[common], help="sign tokens (JWTs) with a new secret from now on"
    )
    rotate.add_argument(
        "--at-once", action="store_true", help="end all tokens that are out, e.g. after a leak"
    )
    rotate.set_defaults(run=lambda options: _rotate_signing(open_database, options))


def _add_accounts(accounts: Any, add: Add) -> None:
    parser = add(accounts, "create", "make an account without a key", _create_account)
    parser.add_argument("name", type=_name, help="whom it is for")
    parser.add_argument("--tier", default=DEFAULT_TIER, choices=list(TIERS))
    parser.add_argument("--credits", type=_count, help="meter the account and give it this many credits")
    add(accounts, "list", "show all accounts", _list_accounts)
    add(accounts, "show", "show one account: limits, credits, keys, usage", _show_account).add_argument("id")
    parser = add(accounts, "set-tier", "give an account other limits", _set_tier)
    parser.add_argument("id", help="as 'accounts list' shows it")
    parser.add_argument("tier", choices=list(TIERS))
    parser = add(accounts, "grant", "give an account credits", _grant)
    parser.add_argument("id", help="as 'accounts list' shows it")
    parser.add_argument(
        "credits",
        type=_grantable,
        help=f"how many; a negative number takes some, '{UNLIMITED}' stops metering",
    )
    parser.add_argument("--note", default="", help="why, for the ledger")
    text = "refuse an account's requests; its queued jobs wait, its running ones finish"
    add(accounts, "disable", text, _disable).add_argument("id")
    add(accounts, "enable", "let a disabled account in again", _enable).add_argument("id")


def _add_keys(groups: Any, add: Add) -> None:
    parser = add(
        groups, "create", "make a key, and an account for it unless --account names one", _create_key
    )
    parser.add_argument("name", type=_name, help="whom or what it is for")
    parser.add_argument("--account", metavar="ID", help="the account that gets the key")
    parser.add_argument("--tier", choices=list(TIERS), help=f"of the new account; default {DEFAULT_TIER}")
    parser.add_argument("--credits", type=_count, help="meter the new account and give it this many")
    parser.add_argument(
        "--scopes",
        type=_scopes,
        default=ACCOUNT_SCOPES,
        help=f"comma-separated, of {', '.join(Scope)}; default all but {Scope.SYSTEM}, which is the operator's",
    )
    parser.add_argument("--expires-in", type=_days, metavar="DAYS", help="default never")
    parser = add(groups, "list", "show all keys", _list_keys)
    parser.add_argument("--account", metavar="ID", help="only this account's")
    add(groups, "revoke", "end a key and its tokens", _revoke_key).add_argument(
        "id", help="as 'keys list' shows it"
    )
    parser = add(groups, "rotate", "replace a key by a new one with the same rights", _rotate_key)
    parser.add_argument("id", help="as 'keys list' shows it")
    parser.add_argument(
        "--overlap",
        type=_hours,
        default=timedelta(0),
        metavar="HOURS",
        help="the old key works so long; default 0",
    )


def _run(command: Command, open_database: Open, options: argparse.Namespace) -> int:
    database, _ = open_database(options)
    try:
        with database.write() as session:
            registry.ensure_local(session)
            command(session, options)
    except (CommandError, ValueError) as error:
        print(f"pocket3d-server: {error}", file=sys.stderr)
        return 1
    finally:
        database.close()
    return 0


def _create_account(session: Session, options: argparse.Namespace) -> None:
    account = registry.create(session, options.name, options.tier, options.credits)
    if options.json:
        _print_json(_account_facts(account))
        return
    print(f"{account.id}  {account.name} ({account.tier}, {_credits(account)})")
    print(f"Make a key for it with: pocket3d-server keys create NAME --account {account.id}", file=sys.stderr)


def _list_accounts(session: Session, options: argparse.Namespace) -> None:
    found = registry.all_accounts(session)
    if options.json:
        _print_json([_account_facts(account) for account in found])
        return
    for account in found:
        state = "disabled" if account.disabled_at else "enabled"
        print(f"{account.id:20}  {account.tier:10}  {state:8}  {_credits(account):16}  {account.name}")


def _show_account(session: Session, options: argparse.Namespace) -> None:
    account = _account(session, options.id)
    usage = queries.usage_of_account(session, account.id)
    held = [key for key, _ in keys.of_account(session, account.id)]
    if options.json:
        _print_json(
            _account_facts(account)
            | {"limits": asdict(TIERS[account.tier]), "keys": [_key_facts(key) for key in held]}
            | {"usage": asdict(usage)}
        )
        return
    tier = TIERS[account.tier]
    print(f"{account.id}  {account.name}, since {account.created_at:%Y-%m-%d}")
    if account.disabled_at:
        print(
            f"disabled  since {account.disabled_at:%Y-%m-%d %H:%M} UTC; 'accounts enable {account.id}' ends it"
        )
    print(
        f"tier      {account.tier}: {tier.requests_per_minute:,} requests a minute, {tier.concurrent_jobs} jobs at a time"
    )
    print(f"credits   {_credits(account)}")
    print(f"jobs      {', '.join(f'{count} {status}' for status, count in usage.jobs.items())}")
    print(f"worked    {usage.seconds:,.0f} s;  stored: {usage.files:,} files, {usage.bytes / 1e6:,.1f} MB")
    print(f"keys      {len(held)}")
    for key in held:
        print(f"  {_key_line(key)}")


def _set_tier(session: Session, options: argparse.Namespace) -> None:
    account = _account(session, options.id)
    registry.set_tier(session, account.id, options.tier)
    _say(options, account, f"{account.name} is {account.tier} now.")


def _grant(session: Session, options: argparse.Namespace) -> None:
    account = _account(session, options.id)
    if account.id == registry.LOCAL_ACCOUNT:
        raise CommandError("the account 'local' is this machine's own and is never metered")
    if options.credits is None:
        ledger.stop_metering(session, account.id, options.note)
    else:
        ledger.grant(session, account.id, options.credits, options.note)
    has = "is not metered" if account.credits is None else f"has {_credits(account)}"
    _say(options, account, f"{account.name} {has} now.")


def _disable(session: Session, options: argparse.Namespace) -> None:
    account = _account(session, options.id)
    registry.disable(session, account.id)
    _say(
        options,
        account,
        f"{account.name} is disabled; queued jobs wait until 'accounts enable {account.id}'.",
    )


def _enable(session: Session, options: argparse.Namespace) -> None:
    account = _account(session, options.id)
    registry.enable(session, account.id)
    _say(options, account, f"{account.name} is enabled.")


def _create_key(session: Session, options: argparse.Namespace) -> None:
    if options.account is None:
        account = registry.create(session, options.name, options.tier or DEFAULT_TIER, options.credits)
    elif options.tier or options.credits is not None:
        raise CommandError(
            "--tier and --credits are for a new account; use 'accounts set-tier' and 'accounts grant' for this one"
        )
    else:
        account = _account(session, options.account)
    key, text = keys.create(
        session,
        account.id,
        options.name,
        scopes=options.scopes,
        expires_at=now() + options.expires_in if options.expires_in else None,
    )
    _show_once(options, key, account, text)


def _list_keys(session: Session, options: argparse.Namespace) -> None:
    if options.account is not None:
        _account(session, options.account)
    found = keys.of_account(session, options.account)
    if options.json:
        _print_json([_key_facts(key) for key, _ in found])
        return
    for key, account in found:
        print(f"{_key_line(key)}  {account.id} ({account.tier})")


def _revoke_key(session: Session, options: argparse.Namespace) -> None:
    key, account = _key(session, options.id)
    keys.revoke(key)
    if options.json:
        _print_json(_key_facts(key))
    else:
        print(f"{key.id} of {account.name} is revoked.")


def _rotate_key(session: Session, options: argparse.Namespace) -> None:
    old, account = _key(session, options.id)
    fresh, text = keys.rotate(session, old, options.overlap)
    if not options.json:
        until = (
            f"works until {old.expires_at:%Y-%m-%d %H:%M} UTC"
            if old.revoked_at is None and old.expires_at
            else "is revoked"
        )
        print(f"{old.id} {until}.", file=sys.stderr)
    _show_once(options, fresh, account, text)


def _rotate_signing(open_database: Open, options: argparse.Namespace) -> int:
    database, signer = open_database(options)
    database.close()
    kid = signer.rotate(at_once=options.at_once)
    older = "Older tokens are void." if options.at_once else "Older tokens are honoured until they expire."
    print(f"Tokens are signed with {kid} from now on. {older}")
    return 0


def _account(session: Session, account_id: str) -> Account:
    account = session.get(Account, account_id)
    if account is None:
        raise CommandError(f"there is no account {account_id!r}; 'pocket3d-server accounts list' shows them")
    return account


def _key(session: Session, key_id: str) -> tuple[ApiKey, Account]:
    found = keys.by_id(session, key_id)
    if found is None:
        raise CommandError(f"there is no key {key_id!r}; 'pocket3d-server keys list' shows them")
    return found


def _account_facts(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "tier": account.tier,
        "credits": account.credits,
        "created_at": stamp(account.created_at or now()),
        "disabled_at": _stamp(account.disabled_at),
    }


def _key_facts(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "account_id": key.account_id,
        "name": key.name,
        "hint": key.hint,
        "scopes": sorted(keys.scopes_of(key)),
        "valid": keys.is_valid(key),
        "created_at": stamp(key.created_at),
        "expires_at": _stamp(key.expires_at),
        "last_used_at": _stamp(key.last_used_at),
        "revoked_at": _stamp(key.revoked_at),
    }


def _key_line(key: ApiKey) -> str:
    used = f"last used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
    scopes = f"all but {Scope.SYSTEM}" if key.scopes is None else key.scopes.replace(" ", ",")
    return f"{key.id}  {key.hint}  {keys.status(key):7}  {used:26}  {scopes:14}  {key.name}"


def _show_once(options: argparse.Namespace, key: ApiKey, account: Account, text: str) -> None:
    if options.json:
        _print_json(_key_facts(key) | {"key": text})
        return
    until = f", until {key.expires_at:%Y-%m-%d %H:%M} UTC" if key.expires_at else ""
    print(f"{key.id}  {key.name}, of {account.id} ({account.tier}){until}", file=sys.stderr)
    print("This is the only time the key is shown:", file=sys.stderr)
    print(text)


def _say(options: argparse.Namespace, account: Account, text: str) -> None:
    if options.json:
        _print_json(_account_facts(account))
    else:
        print(text)


def _credits(account: Account) -> str:
    return "not metered" if account.credits is None else ledger.in_words(account.credits)


def _print_json(facts: Any) -> None:
    print(json.dumps(facts, indent=2, ensure_ascii=False))


def _stamp(time: datetime | None) -> str | None:
    return stamp(time) if time else None


def _name(text: str) -> str:
    try:
        return keys.checked_name(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _scopes(text: str) -> frozenset[Scope]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in set(Scope)]
    if unknown or not names:
        wrong = f"there is no scope {unknown[0]!r}" if unknown else "no scope is named"
        raise argparse.ArgumentTypeError(f"{wrong}; choose of {', '.join(Scope)}")
    return frozenset(Scope(name) for name in names)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > ledger.MOST_CREDITS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of credits; write e.g. 100")
    return int(text)


def _grantable(text: str) -> int | None:
    if text == UNLIMITED:
        return None
    try:
        return -_count(text[1:]) if text.startswith("-") else _count(text)
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{error}, or '{UNLIMITED}'") from error


def _days(text: str) -> timedelta:
    return _time(text, "days", 24 * 3600)


def _hours(text: str) -> timedelta:
    return _time(text, "hours", 3600)


def _time(text: str, unit: str, seconds: float) -> timedelta:
    try:
        amount = float(text)
        if 0 < amount * seconds <= 100 * 365 * 24 * 3600:
            return timedelta(seconds=amount * seconds)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no number of {unit}; write e.g. 30")
