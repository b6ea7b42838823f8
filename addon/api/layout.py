"""Where the objects of a batch stand."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
from mathutils import Vector as Move

from ..core.batch import grid
from ..core.later import np
from ..core.meshes.placement import Vector
from ..scene import placing


def arrange(
    families: Sequence[Sequence[bpy.types.Object]],
    columns: int | None,
    spacing: float | None,
    around: Sequence[float] | None,
) -> None:
    """Move each family of objects, as it is, to its place in a grid by their real sizes.

    ``around`` is the grid's middle; None puts it at the 3D cursor, or beside what stands there already.
    """
    if not families:
        return
    bpy.context.view_layer.update()
    low, high = boxes(families)
    sizes = (high - low)[:, :2]
    x, y, z = bpy.context.scene.cursor.location if around is None else around
    columns = columns or grid.columns_for(len(families))
    middles = grid.centres(sizes, columns, spacing, (x, y))
    moves = np.column_stack([middles - (low + high)[:, :2] / 2, z - low[:, 2]])
    own = {o.name for f in families for o in f}
    meshes = [o for o in bpy.context.view_layer.objects if o.type == "MESH" and o.visible_get()]
    others = [[o] for o in meshes if o.name not in own]
    if around is None and others:
        moves[:, 0] += grid.way_out(low + moves, high + moves, *boxes(others), grid.gap_for(sizes, spacing))
    for objects, move in zip(families, moves, strict=True):
        for obj in objects:
            if obj.parent not in objects:
                obj.matrix_world.translation += Move(move)
    bpy.context.view_layer.update()


def boxes(families: Sequence[Sequence[bpy.types.Object]]) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest corner (N, 3) of the meshes of each family, in the world."""
    found = [placing.bounds([o for o in f if o.type == "MESH"]) for f in families]
    return np.array([b[0] for b in found], float), np.array([b[1] for b in found], float)


def family(obj: bpy.types.Object) -> list[bpy.types.Object]:
    """An object, its rig, and all that hangs on them."""
    top = obj.parent or obj.find_armature() or obj
    return list(dict.fromkeys([top, *top.children_recursive, obj]))


def origin(obj: bpy.types.Object) -> Vector:
    """Where an object's origin is in the world."""
    x, y, z = obj.matrix_world.translation
    return x, y, z


def same(first: Sequence[float], second: Sequence[float]) -> bool:
    """Whether two places are the same, but for rounding."""
    return bool(np.allclose(first, second, atol=1e-4))
