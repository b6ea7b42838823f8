"""What the command line's options hold, read from text. Each raises argparse.ArgumentTypeError with a sentence."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
from typing import Any

from ..core.batch.cells import MOST_COPIES


def positive(text: str) -> float:
    """Seconds."""
    value = number(text)
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError("it must be more than 0")
    return value


def number(text: str) -> float:
    """A finite number."""
    with contextlib.suppress(ValueError):
        if math.isfinite(value := float(text)):
            return value
    raise argparse.ArgumentTypeError(f"{text!r} is no number")


def whole(text: str) -> int:
    """A whole number."""
    with contextlib.suppress(ValueError):
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no whole number")


def count(text: str) -> int:
    """A number from 1."""
    value = whole(text)
    if not 1 <= value <= MOST_COPIES:
        raise argparse.ArgumentTypeError(f"it must be from 1 to {MOST_COPIES}")
    return value


def parameter(text: str) -> tuple[str, Any]:
    """A setting's name and value; what is not JSON is a text."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} should be NAME=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def distance(text: str) -> float | None:
    """Metres, or ``auto``."""
    if text == "auto":
        return None
    value = number(text)
    if not 0 <= value < 1e6:
        raise argparse.ArgumentTypeError("it must be 'auto' or metres from 0")
    return value
