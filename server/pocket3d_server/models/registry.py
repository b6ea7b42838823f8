"""Finds the installed engines through the ``pocket3d.models`` entry-point group."""

from __future__ import annotations

import logging
from functools import cache
from importlib.metadata import entry_points

from pocket3d_server.models.engine import Engine

log = logging.getLogger(__name__)


@cache
def engines() -> dict[str, type[Engine]]:
    """Engine classes by model id. An engine whose module does not import is logged and left out."""
    found: dict[str, type[Engine]] = {}
    for point in entry_points(group="pocket3d.models"):
        try:
            engine = point.load()
        except Exception:
            log.exception("model %s (%s) could not be imported", point.name, point.value)
            continue
        found[engine.spec.model_id] = engine
    return found
