"""Variants of one request that stand in the scene: look at one at a time, keep the best."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from ..core.jobs import provenance

Variant = list[bpy.types.Object]
"""The objects of one result."""


def objects_of(scene: bpy.types.Scene, job_id: str) -> Variant:
    """The objects of a scene that came from a job, changed since or not; with the armatures that move them."""
    return objects_of_each(scene, [job_id])[0]


def objects_of_each(scene: bpy.types.Scene, job_ids: Sequence[str]) -> list[Variant]:
    """The same for several jobs, in one walk over the scene."""
    told = [(o, str(text)) for o in scene.objects if (text := o.get(provenance.KEY))]
    return [_with_rigs([o for o, text in told if job_id and job_id in text]) for job_id in job_ids]


def _with_rigs(found: Variant) -> Variant:
    rigs = [o.parent for o in found if o.parent is not None and o.parent.type == "ARMATURE"]
    return found + [r for r in dict.fromkeys(rigs) if r not in found and set(r.children) <= set(found)]


def usable(variant: Variant) -> Variant:
    """Those of its objects that can be hidden and shown: the ones in the current view layer."""
    layer = bpy.context.view_layer
    return [o for o in variant if layer.objects.get(o.name) is not None]


def shown(variants: Sequence[Variant]) -> int | None:
    """Number of the one that is shown while all others are hidden; None while they are not being compared."""
    visible = [n for n, v in enumerate(variants) if not all(o.hide_get() for o in v)]
    return visible[0] if len(visible) == 1 and len(variants) > 1 else None


def show_only(context: bpy.types.Context, variants: Sequence[Variant], number: int) -> None:
    """Hide all but one, in the view and in renders, and select that one."""
    for n, variant in enumerate(variants):
        _hide(variant, n != number)
    select(context, variants[number])


def show_all(variants: Sequence[Variant]) -> None:
    """End comparing."""
    for variant in variants:
        _hide(variant, False)


def keep(context: bpy.types.Context, variants: Sequence[Variant], number: int) -> int:
    """Show one and delete the others from the file; returns how many objects went."""
    show_all(variants)
    kept = set(variants[number])
    gone = [o for n, v in enumerate(variants) if n != number for o in v if o not in kept]
    data = {o.data for o in gone if o.data is not None}
    bpy.data.batch_remove(gone)
    bpy.data.batch_remove([d for d in data if not d.users])
    select(context, variants[number])
    return len(gone)


def select(context: bpy.types.Context, objects: Sequence[bpy.types.Object]) -> None:
    """Select just these; the first becomes active."""
    layer = context.view_layer
    for other in context.selected_objects:
        other.select_set(False)
    here = [o for o in objects if o.name in layer.objects]
    for obj in here:
        obj.select_set(True)
    if here:
        layer.objects.active = here[0]


def _hide(variant: Variant, hidden: bool) -> None:
    for obj in variant:
        obj.hide_set(hidden)
        obj.hide_render = hidden
