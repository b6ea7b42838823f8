"""Compares an answer with a documented example by shape: same keys, same JSON types, same kinds of texts."""

from __future__ import annotations

import re
from typing import Any

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
FILE = re.compile(r"(uploads|outputs)/([a-z]+)_\w+(\.\w+)")
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
NULLABLE = {"gpu_id", "current_job"}
"""Null on a machine without a GPU, and in a worker that has nothing to do."""
FREE_KEYS = {"usage_stats", "gpu_allocation"}
"""Objects whose keys are names of things of the server; only their values have a documented shape."""
LEGAL = {
    "format": {"glb", "obj", "fbx"},
    "feature": {"mesh_generation", "texture_generation", "mesh_segmentation", "auto_rigging"},
    "event": {"job_queued", "job_started", "progress_update", "job_completed", "job_failed"},
}
SAID = {"message"}
"""Texts that are documented word for word."""


def assert_shape(documented: Any, answered: Any, key: str = "", place: str = "") -> None:
    """Fail with the place of the first difference; more keys than documented are no difference."""
    where = f"at {place or 'the top'}: documented {documented!r}, answered {answered!r}"
    if documented is None or (answered is None and key in NULLABLE):
        return
    match documented:
        case dict() if key in FREE_KEYS:
            assert isinstance(answered, dict), where
            for name, value in answered.items():
                assert_shape(next(iter(documented.values())), value, "", f"{place}.{name}")
        case dict():
            assert isinstance(answered, dict), where
            assert documented.keys() <= answered.keys(), where
            for name, value in documented.items():
                assert_shape(value, answered[name], name, f"{place}.{name}")
        case list():
            assert isinstance(answered, list), where
            for number, value in enumerate(answered if documented else []):
                _assert_one_of(documented, value, f"{place}[{number}]")
        case str():
            assert isinstance(answered, str), where
            _assert_text(documented, answered, key, where)
        case bool():
            assert isinstance(answered, bool), where
        case int() if key:
            assert isinstance(answered, int), where
            assert not isinstance(answered, bool), where
        case _:  # a number among others in a list may be written with or without a point
            assert isinstance(answered, (int, float)), where


def _assert_one_of(documented: list[Any], value: Any, place: str) -> None:
    problems = []
    for kind in documented:
        try:
            assert_shape(kind, value, "", place)
            return
        except AssertionError as problem:
            problems.append(problem)
    raise problems[0]


def _assert_text(documented: str, answered: str, key: str, where: str) -> None:
    if key in LEGAL:
        assert answered in LEGAL[key], where
    if key in SAID and documented != "string":
        assert answered == documented, where
    for kind in (TIME, COLOUR):
        if kind.fullmatch(documented):
            assert kind.fullmatch(answered), where
    if file := FILE.fullmatch(documented):
        assert re.fullmatch(rf"{file[1]}/{file[2]}_\w+{re.escape(file[3])}", answered), where
    for prefix in ("job_", "req_"):
        if documented.startswith(prefix) and key != "event":
            assert re.fullmatch(rf"{prefix}\w+", answered), where
