"""Where a result came from: kept as one JSON string on the object."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

KEY = "pocket3d"
"""Name of the custom property."""
SCHEMA = 1


def describe(
    feature: str, params: dict[str, Any], *, job_id: str, server: str, extras: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What is worth knowing later. Images are named, not kept; there is no secret in here."""
    shown = {k: v for k, v in params.items() if k != "images"}
    if params.get("images"):
        shown["images"] = [Path(i).name for i in params["images"]]
    if "seed" in shown:
        shown["seed"] = str(shown["seed"])
    known = {k: v for k, v in (extras or {}).items() if k not in {"face_parts", "params"} and plain(v)}
    return {
        "schema": SCHEMA,
        "feature": feature,
        "params": shown,
        "job_id": job_id,
        "server": server,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        **({"model": known} if known else {}),
    }


def plain(value: object) -> bool:
    """Whether a value is short enough to keep."""
    return len(json.dumps(value, default=str)) < 2000


def to_text(history: list[dict[str, Any]]) -> str:
    """All steps that made an object, oldest first, as stored."""
    return json.dumps(history, ensure_ascii=False)


def from_text(text: str) -> list[dict[str, Any]]:
    """The steps; an unreadable text gives none."""
    try:
        history = json.loads(text)
    except ValueError:
        return []
    return history if isinstance(history, list) else []
