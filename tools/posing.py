"""Moves rigged meshes into test poses, so that weights can be looked at: linear blend skinning, and a few poses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from pocket3d_server.geometry.asset import Asset, Part, Primitive, Skeleton
from scipy.spatial.transform import Rotation

Floats = NDArray[np.float64]
Turns = dict[str, Floats]
"""Rotation (3, 3) of bones by name, about their heads, in the axes of the whole figure."""

PEOPLE = ("rest", "arms_up", "arms_down", "walk", "sit")
ANIMALS = ("rest", "walk", "graze", "turn")
ANYTHING = ("rest", "bend", "wave")


def poses(skeleton: Skeleton) -> tuple[str, ...]:
    """Names of the poses that suit a skeleton with the engine's own bone names."""
    if "upper_arm.L" in skeleton.names:
        return PEOPLE
    return ANIMALS if "front_thigh.L" in skeleton.names else ANYTHING


def turns(skeleton: Skeleton, pose: str) -> Turns:
    """What turns in one of ``poses``."""
    if "upper_arm.L" in skeleton.names:
        return _person(skeleton, pose)
    return _animal(skeleton, pose) if "front_thigh.L" in skeleton.names else _thing(skeleton, pose)


def posed(asset: Asset, turned: Turns) -> Asset:
    """The asset with its bones turned; vertices follow their weights (linear blend skinning)."""
    skeleton = asset.skeleton
    assert skeleton is not None
    heads = np.asarray(skeleton.heads, np.float64)
    frames, places = np.empty((len(heads), 3, 3)), np.empty_like(heads)
    for k, (name, parent) in enumerate(zip(skeleton.names, skeleton.parents, strict=True)):
        frame = frames[parent] if parent >= 0 else np.eye(3)
        places[k] = places[parent] + frame @ (heads[k] - heads[parent]) if parent >= 0 else heads[k]
        frames[k] = frame @ turned.get(name, np.eye(3))
    tails = places + np.einsum("jab,jb->ja", frames, np.asarray(skeleton.tails) - heads)
    parts = [Part(p.name, [_moved(q, frames, places, heads) for q in p.primitives]) for p in asset.parts]
    return Asset(parts, replace(skeleton, heads=places, tails=tails))


def _moved(primitive: Primitive, frames: Floats, places: Floats, heads: Floats) -> Primitive:
    weights = np.asarray(primitive.weights, np.float64)
    shift = places - np.einsum("jab,jb->ja", frames, heads)
    blend = np.einsum("vj,jab->vab", weights, frames)
    vertices = np.einsum("vab,vb->va", blend, primitive.vertices) + weights @ shift
    normals = primitive.normals
    if normals is not None:
        normals = np.einsum("vab,vb->va", blend, normals)
        normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return replace(primitive, vertices=vertices, normals=normals)


def _about(axis: str, degrees: float) -> Floats:
    turn: Floats = Rotation.from_euler(axis, degrees, degrees=True).as_matrix()
    return turn


def _pointed(skeleton: Skeleton, name: str, towards: tuple[float, float, float]) -> Floats:
    """The shortest turn that points a bone somewhere, as if no other bone had turned."""
    k = skeleton.names.index(name)
    a = np.asarray(skeleton.tails[k] - skeleton.heads[k], np.float64)
    b = np.array(towards)
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    axis = np.cross(a, b)
    sine = float(np.linalg.norm(axis))
    angle = np.arctan2(sine, float(a @ b))
    turn: Floats = Rotation.from_rotvec(axis / max(sine, 1e-12) * angle).as_matrix()
    return turn


def _person(skeleton: Skeleton, pose: str) -> Turns:
    out: Turns = {}
    if pose in ("arms_up", "arms_down"):
        for side, s in ((".L", 1.0), (".R", -1.0)):
            towards = (0.45 * s, 1.0, 0.0) if pose == "arms_up" else (0.12 * s, -1.0, 0.05)
            out["upper_arm" + side] = _pointed(skeleton, "upper_arm" + side, towards)
            out["forearm" + side] = _about("x", -20)
    for side, s in ((".L", 1.0), (".R", -1.0)):
        if pose == "walk":
            out["thigh" + side] = _about("x", -30 * s)
            out["shin" + side] = _about("x", 15 + 25 * (s < 0))
            down = _pointed(skeleton, "upper_arm" + side, (0.25 * s, -1.0, 0.0))
            out["upper_arm" + side] = _about("x", 30 * s) @ down
            out["forearm" + side] = _about("x", -35)
        elif pose == "sit":
            out["thigh" + side] = _about("x", -85)
            out["shin" + side] = _about("x", 85)
            out["upper_arm" + side] = _pointed(skeleton, "upper_arm" + side, (0.3 * s, -0.6, 0.8))
            out["head"] = _about("y", 35)
    return out


def _animal(skeleton: Skeleton, pose: str) -> Turns:
    out: Turns = {}
    tail, trunk, wings = ([n for n in skeleton.names if n.startswith(k)] for k in ("tail", "trunk", "wing"))
    if wings:
        down = {"walk": 12, "graze": 25, "turn": -18}.get(pose, 0)
        out |= {n: _about("z", -down if n.endswith(".L") else down) for n in wings}
    if pose == "walk":
        for name, swing in (("front_thigh.L", -25), ("front_thigh.R", 20), ("thigh.L", 22), ("thigh.R", -22)):
            out[name] = _about("x", swing)
            lifted = swing < 0
            out[name.replace("thigh", "shin")] = _about("x", (35 if "front" in name else 25) * lifted)
            out[name.replace("thigh", "foot")] = _about("x", (20 if "front" in name else -20) * lifted)
        out |= {name: _about("y", 14) for name in tail}
        out |= {name: _about("x", -14) for name in trunk}
    elif pose == "graze" and trunk:
        out |= {name: _about("x", -40) for name in trunk}
        out |= {"neck_2": _about("x", -12), "head": _about("x", -12)}
    elif pose == "graze":
        out |= {"neck": _about("x", 35), "neck_2": _about("x", 30), "head": _about("x", 15)}
        out |= {name: _about("x", 12) for name in tail}
    elif pose == "turn":
        out |= {"neck": _about("y", 25), "neck_2": _about("y", 25), "head": _about("y", 25)}
        out |= {"head": _about("z", 15) @ _about("y", 25), "spine": _about("y", 8), "chest": _about("y", 8)}
        out |= {name: _about("x", -18) for name in tail}
    return out


def _thing(skeleton: Skeleton, pose: str) -> Turns:
    if pose == "rest":
        return {}
    depth = [0] * len(skeleton.names)
    for k, p in enumerate(skeleton.parents):
        depth[k] = depth[p] + 1 if p >= 0 else 0
    out: Turns = {}
    for name, parent, d in zip(skeleton.names, skeleton.parents, depth, strict=True):
        if parent >= 0:
            side = -1.0 if name.endswith(".R") else 1.0
            out[name] = _about("z", 18 * side) if pose == "bend" else _about("y", 28 * side * np.cos(1.6 * d))
    return out
