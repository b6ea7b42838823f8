"""One plain sentence for every failure, and the button that mends it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from .features import PRODUCTS
from .later import sdk


class Remedy(StrEnum):
    """What the person can do about a problem; the panels draw a button for each."""

    NONE = ""
    INSTALL = "install"
    START = "start"
    RECONNECT = "reconnect"
    PREFERENCES = "preferences"
    ONLINE_ACCESS = "online_access"
    LOG = "log"
    DIAGNOSE = "diagnose"
    UPDATE = "update"
    MODELS = "models"
    RETRY = "retry"


@dataclass(frozen=True)
class Problem:
    """Something that went wrong, in words for an artist."""

    message: str
    remedy: Remedy = Remedy.NONE
    code: str = ""
    details: str = ""
    """For a bug report: request id, cause. Never a secret."""
    suggestion: str = ""

    def error(self) -> UserError:
        """The same as an exception."""
        return UserError(self.text, self.remedy, self.details, self.code)

    @property
    def text(self) -> str:
        """The sentence with its advice."""
        return f"{self.message}. {self.suggestion}" if self.suggestion else self.message


class UserError(Exception):
    """Raised for what the person can mend."""

    def __init__(self, message: str, remedy: Remedy = Remedy.NONE, details: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.details = details
        self.code = code


REMEDIES: dict[str, Remedy] = {
    "UNAUTHORIZED": Remedy.PREFERENCES,
    "FORBIDDEN": Remedy.PREFERENCES,
    "INSUFFICIENT_CREDITS": Remedy.PREFERENCES,
    "WRONG_SERVICE": Remedy.PREFERENCES,
    "CONNECTION_FAILED": Remedy.RECONNECT,
    "SERVER_ERROR": Remedy.RETRY,
    "QUEUE_FULL": Remedy.RETRY,
    "RATE_LIMITED": Remedy.RETRY,
    "MODEL_UNAVAILABLE": Remedy.MODELS,
    "PROCESSING_FAILED": Remedy.RETRY,
    "TIMEOUT": Remedy.RETRY,
}

ADVICE: dict[str, str] = {
    "UNAUTHORIZED": "Check the key in the preferences",
    "INSUFFICIENT_CREDITS": "The account has no credits left",
    "WRONG_SERVICE": "Another program answers at this address; check it in the preferences",
    "QUEUE_FULL": "Too many jobs are waiting; try again in a while",
    "RATE_LIMITED": "Too many requests at once; try again in a moment",
    "FILE_TOO_LARGE": "Reduce the mesh with a Decimate modifier and apply it",
}


def for_artists(text: str) -> str:
    """The server's words without what only programmers need: requests to send, commands, names with underscores."""
    for name, word in PRODUCTS.items():
        text = text.replace(name, word)
    sentences = re.split(r"(?<=[.;])\s+", text.strip())
    kept = [s for s in sentences if not re.search(r"\b(GET|POST|DELETE) /|pocket3d-server ", s)]
    return " ".join(kept).rstrip(".;")


CHARACTERS = {"humanoid": "Humanoid", "quadruped": "Quadruped", "generic": "Other"}
"""As the panel calls them."""
LABELS = {"character_type": "Character", "min_part_size": "Smallest Part"}
"""A request's fields that notes name, as the panel calls them."""
AXES = {"X": "X", "Y": "Z", "Z": "Y"}


def note_for_artists(text: str) -> str:
    """What the server says about a result, in Blender's words: its axes, and no names of a request's fields."""

    def axis(found: re.Match[str]) -> str:
        sign, name = found.groups()
        return f"{'-+'[sign == '-'] if name == 'Z' else sign}{AXES[name]}"  # Y is up in its files, Z here

    def character(found: re.Match[str]) -> str:
        return f"the character {CHARACTERS[found[1]]}"

    text = re.sub(r"(?<![\w+-])([+-])([XYZ])\b", axis, text)
    text = re.sub(rf"\bcharacter_type ({'|'.join(CHARACTERS)})\b", character, text)
    for name, label in LABELS.items():
        text = text.replace(name, label)
    return for_artists(text)


def explain(error: BaseException) -> Problem:
    """The problem behind an exception."""
    if isinstance(error, UserError):
        return Problem(error.message, error.remedy, error.code, error.details)
    if isinstance(error, sdk.Pocket3DAPIError):
        details = [f"code {error.error_code}"]
        if error.request_id:
            details.append(f"request {error.request_id}")
        if error.details.get("cause"):
            details.append(str(error.details["cause"]))
        return Problem(
            for_artists(error.message),
            REMEDIES.get(error.error_code, Remedy.NONE),
            error.error_code,
            ", ".join(details),
            for_artists(error.suggestion or "") or ADVICE.get(error.error_code, ""),
        )
    if isinstance(error, OSError):
        return Problem(f"A file could not be used: {error.strerror or error}", details=repr(error))
    return Problem(f"Something unexpected happened: {error}", Remedy.RETRY, "INTERNAL", repr(error))
