"""Which server to use: the one on this computer, or one of those that the preferences list."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from ..errors import Remedy, UserError

LOCAL_KEY = "local"
"""Stands for the bundled server in records of jobs."""


class Kind(StrEnum):
    """Where the server runs."""

    LOCAL = "LOCAL"
    REMOTE = "REMOTE"


@dataclass(frozen=True)
class Profile:
    """A server and how to reach it. ``token`` comes from preferences or environment, never from a .blend."""

    kind: Kind = Kind.LOCAL
    url: str = ""
    token: str = field(default="", repr=False)
    """The key, or ``$NAME`` for that of an environment variable."""
    label: str = ""
    """What the person calls it."""

    @property
    def key(self) -> str:
        """Names the server in records: without secrets, and the same after a restart of Blender."""
        if self.kind is Kind.LOCAL:
            return LOCAL_KEY
        return without_secrets(self.url.strip().rstrip("/"))

    @property
    def loopback(self) -> bool:
        """Whether requests stay on this machine."""
        return self.kind is Kind.LOCAL or on_this_machine(self.url)

    @property
    def name(self) -> str:
        """For the status strip."""
        if self.kind is Kind.LOCAL:
            return "This Computer"
        return self.label.strip() or address_of(self.url) or "New Server"

    def check_allowed(self, online_access: bool) -> None:
        """Raise UserError for another computer's server while Blender may not go online."""
        if not self.loopback and not online_access:
            raise UserError(
                f"Blender's online access is switched off, and {self.name} is another computer",
                Remedy.ONLINE_ACCESS,
            )

    def secret(self) -> str:
        """The key itself. Raises UserError when it is to come from a variable that is not set."""
        token = self.token.strip()
        if not token.startswith("$"):
            return token
        value = os.environ.get(token[1:].strip("{}"), "")
        if not value:
            raise UserError(
                f"The environment variable {token[1:]} with the key of {self.name} is not set",
                Remedy.PREFERENCES,
            )
        return value


def host_of(url: str) -> str:
    """The computer's name in an address; empty when it is no address."""
    try:
        return urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""


def address_of(url: str) -> str:
    """Host and port of an address."""
    try:
        return urlsplit(url.strip()).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def on_this_machine(url: str) -> bool:
    """Whether requests to an address stay on this machine."""
    host = host_of(url)
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a name; what it stands for may change, so it counts as elsewhere
        return False


def without_secrets(url: str) -> str:
    """An address without a name and password in it."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return scheme + mark + host.rpartition("@")[2] + slash + path


def find(profiles: Iterable[Profile], key: str) -> Profile:
    """The profile of a job's record. Raises UserError when the person has removed it since."""
    if key == LOCAL_KEY:
        return Profile()
    for profile in profiles:
        if profile.kind is Kind.REMOTE and profile.key == key:
            return profile
    raise UserError(
        f"The server {address_of(key) or key} is no longer in the preferences; add it again to go on",
        Remedy.PREFERENCES,
    )
