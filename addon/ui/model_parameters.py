"""The settings that each model has of its own, as properties: made from its JSON schema when the server lists it.

They lie with the scene as ``pocket3d_models``, one group for each model. A .blend keeps the values while the
groups are not there; whatever still fits is there again when they are.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

import bpy
from bpy.app.handlers import persistent
from bpy.props import (
    BoolProperty,
    BoolVectorProperty,
    EnumProperty,
    FloatProperty,
    FloatVectorProperty,
    IntProperty,
    IntVectorProperty,
    PointerProperty,
    StringProperty,
)

from ..core.request.models import ModelList
from ..core.request.schema import INT_MAX, Field, Kind, fields, identifier
from .drawing import optional

OWNER = "pocket3d_models"
"""Name of the property on scenes."""

_container: type | None = None
_groups: dict[str, tuple[tuple[Field, ...], type]] = {}
"""By model id."""
_seen: tuple[int, int] | None = None
CLASSES = ()
"""None: they are made when the server's models are known."""


def follow(models: ModelList) -> None:
    """Make the properties fit the server's models, when these have changed. Main thread only."""
    global _seen
    if _seen != (id(models), models.version):
        _seen = (id(models), models.version)
        attach(models.models)


def attach(models: Iterable[Any] = ()) -> None:
    """Make the properties of all models that have settings. Main thread only.

    A model that is gone keeps its group until ``detach``, and so its values; only a changed schema makes a new one.
    """
    for model in models:
        found = tuple(fields(model.parameters))
        before = _groups.get(model.model_id)
        if not found or (before is not None and before[0] == found):
            continue
        _remove(model.model_id)
        _add(model.model_id, found)


def detach() -> None:
    """Take everything back. The values stay in the file."""
    global _container, _seen
    _seen = None
    for model_id in list(_groups):
        _remove(model_id)
    if _container is not None:
        bpy.app.handlers.load_post.remove(_loaded)
        delattr(bpy.types.Scene, OWNER)
        bpy.utils.unregister_class(_container)
        _container = None


@persistent
def _loaded(*_) -> None:
    """A file may have values for models as they were when it was saved."""
    for model_id in _groups:
        _mend(model_id)


def draw(layout, settings_owner, model_id: str) -> bool:
    """Draw the settings of a model; returns whether it has any."""
    group = _group(settings_owner, model_id)
    if group is None:
        return False
    column = layout.column()
    column.use_property_split = True
    column.use_property_decorate = False
    for field in _groups[model_id][0]:
        if field.optional:
            optional(column, field.title, group, field.switch, field.identifier)
        else:
            column.prop(group, field.identifier)
    return True


def values(owner, model_id: str) -> dict[str, Any]:
    """The settings that differ from the model's defaults, as the server takes them."""
    group = _group(owner, model_id)
    if group is None:
        return {}
    found: dict[str, Any] = {}
    for field in _groups[model_id][0]:
        if field.optional and not getattr(group, field.switch):
            continue
        value = field.fitted(getattr(group, field.identifier))
        if field.required or field.optional or not field.is_default(value):
            found[field.name] = value
    return found


def reset(owner, model_id: str) -> None:
    """Set all settings of a model back to its defaults."""
    group = _group(owner, model_id)
    for field in _groups[model_id][0] if group is not None else ():
        group.property_unset(field.identifier)
        if field.optional:
            group.property_unset(field.switch)


def fill(owner, model_id: str, chosen: Mapping[str, Any]) -> None:
    """Make the settings of a model those that a request had; what it does not have any more is left out."""
    reset(owner, model_id)
    group = _group(owner, model_id)
    for field in _groups[model_id][0] if group is not None else ():
        if field.name not in chosen:
            continue
        value = chosen[field.name]
        if field.kind is Kind.ENUM:
            value = next((c.identifier for c in field.choices if c.value == value), None)
        with contextlib.suppress(TypeError, ValueError):  # the model has changed since
            setattr(group, field.identifier, value)
            if field.optional:
                setattr(group, field.switch, True)


def _group(owner, model_id: str):
    container = getattr(owner, OWNER, None)
    return getattr(container, identifier(model_id), None) if model_id in _groups else None


def _add(model_id: str, found: tuple[Field, ...]) -> None:
    global _container
    if _container is None:
        _container = type("POCKET3D_PG_models", (bpy.types.PropertyGroup,), {"__annotations__": {}})
        bpy.utils.register_class(_container)
        setattr(bpy.types.Scene, OWNER, PointerProperty(type=_container))
        bpy.app.handlers.load_post.append(_loaded)
    annotations: dict[str, Any] = {}
    for field in found:
        annotations[field.identifier] = _property(field)
        if field.optional:
            annotations[field.switch] = BoolProperty(name=field.title, description="Set it")
    name = f"POCKET3D_PG_{identifier(model_id)}"[:60]
    cls = type(name, (bpy.types.PropertyGroup,), {"__annotations__": annotations})
    bpy.utils.register_class(cls)
    setattr(_container, identifier(model_id), PointerProperty(type=cls))
    _groups[model_id] = (found, cls)
    _mend(model_id)


def _remove(model_id: str) -> None:
    if model_id in _groups:
        _, cls = _groups.pop(model_id)
        delattr(_container, identifier(model_id))
        bpy.utils.unregister_class(cls)


def _mend(model_id: str) -> None:
    """Let go of saved values that do not fit any more, so that no panel shows them."""
    for scene in bpy.data.scenes:
        group = _group(scene, model_id)
        for field in _groups[model_id][0]:
            if group.is_property_set(field.identifier) and not _fits(field, getattr(group, field.identifier)):
                group.property_unset(field.identifier)


def _fits(field: Field, value: Any) -> bool:
    if field.kind is Kind.ENUM:
        return value in {choice.identifier for choice in field.choices}
    if field.kind not in (Kind.FLOAT, Kind.INT):
        return True
    low = -float("inf") if field.minimum is None else field.minimum
    high = float("inf") if field.maximum is None else field.maximum
    slack = (
        1e-6 * max(abs(low), abs(high), 1.0) if field.kind is Kind.FLOAT and low > -1e30 < high < 1e30 else 0
    )
    return all(low - slack <= v <= high + slack for v in (value if field.size > 1 else (value,)))


def _property(field: Field) -> Any:
    """The property of Blender's that a field becomes."""
    shared = {"name": field.title, "description": field.description.rstrip(".")}
    limits = {k: v for k, v in (("min", field.minimum), ("max", field.maximum)) if v is not None}
    match field.kind:
        case Kind.ENUM:
            items = [(c.identifier, c.label, c.description, c.number) for c in field.choices]
            default = next(c.identifier for c in field.choices if c.value == field.default)
            return EnumProperty(items=items, default=default, **shared)
        case Kind.STRING:
            return StringProperty(default=field.default, maxlen=field.max_length, **shared)
    options: dict[str, Any] = shared | {"default": field.default}
    if field.size > 1:
        options["size"] = field.size
    if field.kind is Kind.BOOL:
        return (BoolVectorProperty if field.size > 1 else BoolProperty)(**options)
    options |= limits
    if field.kind is Kind.INT:
        step = int(field.multiple_of) if field.multiple_of else 1
        options["step"] = min(step, INT_MAX)
        return (IntVectorProperty if field.size > 1 else IntProperty)(**options)
    if field.color:
        options["subtype"] = "COLOR"
    elif field.size == 1 and limits.keys() == {"min", "max"} and (field.minimum, field.maximum) == (0, 1):
        options["subtype"] = "FACTOR"
    options["precision"] = 3 if field.maximum is not None and field.maximum <= 1 else 2
    return (FloatVectorProperty if field.size > 1 else FloatProperty)(**options)
