"""Where a result came from: kept as one JSON string on the object, which Blender copies along with it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ..features import FEATURES, MESH
from ..request.params import Params, from_record
from . import gallery
from .job import Job

KEY = "pocket3d"
"""Name of the custom property."""
SCHEMA = 1


def describe(job: Job, parent: str = "") -> dict[str, Any]:
    """What is worth knowing later about the step that a job was. There is no secret and no path in here.

    ``parent`` is the identifier of the object that the result was made for.
    """
    task, raw = job.task, gallery.answer(job)
    extras = job.payload.model.extras if job.payload is not None else {}
    model = {
        "id": gallery.model_of(job) or extras.get("model_id"),
        "revision": raw.get("model_revision") or extras.get("model_revision"),
        "licence": raw.get("licence") or extras.get("licence"),
    }
    seed = gallery.seed_of(job)
    seed = extras.get("seed") if seed is None else seed
    params = {k: v for k, v in task.params.body().items() if k not in {"images", "seed"}}
    entry = {
        "schema": SCHEMA,
        "feature": task.feature,
        "title": task.title,
        "prompt": params.pop("text_prompt", ""),
        "params": params,
        "seed": "" if seed is None else str(seed),  # Blender's own numbers have 32 bits
        "model": {k: str(v) for k, v in model.items() if v},
        "inputs": list(job.payload.inputs) if job.payload is not None else [],
        "key": job.key,
        "job_id": job.job_id,
        "server": job.server,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "group": task.group,
        "variant": task.variant,
        "parent": parent,
    }
    return {k: v for k, v in entry.items() if v not in ("", [], {})}


def last_mesh_step(history: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The step that made the mesh; None for one that an artist made."""
    return last_step(history, MESH)


def last_step(history: Sequence[Mapping[str, Any]], feature: str = "") -> Mapping[str, Any] | None:
    """The newest step, of a feature if one is named."""
    known = (s for s in reversed(history) if s.get("feature") in FEATURES)
    return next((s for s in known if not feature or s["feature"] == feature), None)


def settings_of(step: Mapping[str, Any]) -> Params:
    """The request of a step, with the seed and the model that were really used; pictures are not kept.

    Raises ValueError for a step that is not of ours.
    """
    record = dict(step.get("params") or {})
    record["feature"] = step.get("feature")
    if step.get("prompt"):
        record["text_prompt"] = step["prompt"]
    if str(step.get("seed", "")).isdigit():
        record["seed"] = int(step["seed"])
    model = step.get("model")
    if isinstance(model, Mapping) and model.get("id"):
        record["model_preference"] = model["id"]
    try:
        return from_record(record)
    except TypeError as error:
        raise ValueError("the settings cannot be read") from error


def to_text(history: Sequence[Mapping[str, Any]]) -> str:
    """All steps that made an object, oldest first, as stored."""
    return json.dumps(list(history), ensure_ascii=False)


def from_text(text: str) -> list[dict[str, Any]]:
    """The steps; an unreadable text gives none."""
    try:
        history = json.loads(text)
    except ValueError:
        return []
    return [s for s in history if isinstance(s, dict)] if isinstance(history, list) else []
