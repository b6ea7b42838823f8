"""Bones of a four-legged animal from its feet, its two ends and the middle paths between them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from pocket3d_server.geometry.vectors import unit
from pocket3d_server.models.builtin_rig.appendages import Body, proboscis, tail, wings
from pocket3d_server.models.builtin_rig.bones import Bone, Plan
from pocket3d_server.models.builtin_rig.extremities import along, arc_length, segment_distance, smoothed
from pocket3d_server.models.builtin_rig.voxels import Voxels, trace
from pocket3d_server.models.rigging.welded_mesh import Floats, Ints

FRONT = ("front_thigh", "front_shin", "front_foot", "front_toe")
HIND = ("thigh", "shin", "foot", "toe")
THIN, SLAB = 0.11, 0.07
"""Thinnest trunk of an animal, from its middle to its skin: share of the way between its legs, and of its height."""
OVERHANG = 0.8
"""Length of a tail or head beyond the legs that no car has, share of the way between its legs."""
MOST_PIECES = 7
"""Pieces of the lowest slab that are looked at for feet."""
KNEE, HOCK = 0.40, 0.72
"""Where a leg usually bends, share of the way from the hip to the ground."""


@dataclass(eq=False)
class Stance:
    """How the animal stands; +Z is where it looks, in the mesh's frame turned so."""

    feet: dict[str, Floats]
    """``front.L``, ``front.R``, ``hind.L``, ``hind.R``: the middle of each foot on the ground."""
    low: float
    height: float
    middle: float
    """X of the plane of symmetry."""


def plan_quadruped(voxels: Voxels) -> Plan | None:
    """Bones of an animal that stands along Z and looks to +Z; None when there are no four feet."""
    stance = find_stance(voxels)
    if stance is None:
        return None
    centres = voxels.centres(voxels.filled)
    shoulder_z = float(np.mean([stance.feet["front.L"][2], stance.feet["front.R"][2]]))
    hip_z = float(np.mean([stance.feet["hind.L"][2], stance.feet["hind.R"][2]]))
    shoulder_z, hip_z = (_on_trunk(voxels, stance, z, (shoulder_z + hip_z) / 2) for z in (shoulder_z, hip_z))
    shoulder, belly_front = _trunk_at(voxels, stance, shoulder_z)
    pelvis, belly_hind = _trunk_at(voxels, stance, hip_z)
    waist, _ = _trunk_at(voxels, stance, (shoulder_z + hip_z) / 2)
    root = int(voxels.nearest(waist[None])[0])
    _, before = voxels.distances(np.array([root]), middle=True)
    away, _ = voxels.distances(np.array([root]))

    nape, skull, muzzle = _head(voxels, stance, centres, away, before, shoulder, shoulder_z, belly_front)
    body = Body(voxels, centres, away, before, stance.low, stance.height, stance.middle)
    nose = proboscis(body, nape, skull)
    muzzle = nose[0].head if nose else muzzle
    bones = [
        Bone("hips", None, pelvis, pelvis + (waist - pelvis) * 0.5),
        Bone("spine", "hips", pelvis + (waist - pelvis) * 0.5, waist),
        Bone("chest", "spine", waist, shoulder),
        Bone("neck", "chest", shoulder, nape),
        Bone("neck_2", "neck", nape, skull),
        Bone("head", "neck_2", skull, muzzle),
    ]
    bones += nose + tail(body, [stance.feet["hind.L"], stance.feet["hind.R"]], pelvis, hip_z)
    bones += wings(body, root, pelvis, shoulder, skull, min(belly_front, belly_hind))
    legs: dict[str, list[Bone]] = {}
    for side in (".L", ".R"):
        for end, names, parent, top, trunk in (
            ("front", FRONT, "chest", belly_front, shoulder),
            ("hind", HIND, "hips", belly_hind, pelvis),
        ):
            legs[end + side] = _leg(voxels, stance, before, end + side, names, side, parent, top, trunk)
    for end in ("front", "hind"):
        bones += legs[end + ".L"] + legs[end + ".R"]
    return Plan(bones, 0.75, [])


def find_stance(voxels: Voxels) -> Stance | None:
    """The four feet: pieces of the lowest slab in which there are four, two and two in front of each other."""
    centres = voxels.centres(voxels.filled)
    low = float(centres[:, 1].min()) - voxels.step / 2
    height = float(centres[:, 1].max()) + voxels.step / 2 - low
    middle = float(np.median(centres[:, 0]))
    for share in (0.06, 0.1, 0.14, 0.18, 0.23, 0.28, 0.34):
        top = int(np.ceil(share * height / voxels.step)) + int((low - voxels.low[1]) / voxels.step)
        columns = voxels.inside[:, : top + 1].any(axis=1)
        label, count = ndimage.label(columns, structure=np.ones((3, 3)))
        if count < 4:
            continue
        sizes = np.bincount(label.ravel())[1:]
        large = np.flatnonzero(sizes > 0.12 * sizes.max())
        large = large[np.argsort(-sizes[large])][:MOST_PIECES]
        spots = np.array([np.argwhere(label == k + 1).mean(axis=0) for k in large])
        x = (spots[:, 0] + 0.5) * voxels.step + voxels.low[0]
        z = (spots[:, 1] + 0.5) * voxels.step + voxels.low[2]
        order = _four_feet(x, z, sizes[large] / sizes[large].sum())
        if order is None:
            continue
        feet = {}
        for end, pair in (("front", order[:2]), ("hind", order[2:])):
            left, right = pair if x[pair[0]] > x[pair[1]] else pair[::-1]
            feet[end + ".L"] = np.array([x[left], low + voxels.step, z[left]])
            feet[end + ".R"] = np.array([x[right], low + voxels.step, z[right]])
        middle = float(np.mean([f[0] for f in feet.values()]))
        return Stance(feet, low, height, middle)
    return None


def _four_feet(x: Floats, z: Floats, size: Floats) -> tuple[int, ...] | None:
    """The two in front, then the two behind, of pieces of these places and sizes (N,): the likeliest four to be feet, as
    a trunk or a tail may reach the ground too."""
    best: tuple[float, tuple[int, ...]] | None = None
    for four in itertools.combinations(range(len(x)), 4):
        a, b, c, d = sorted(four, key=lambda k: -z[k])
        gap = z[b] - z[c]
        width = min(abs(x[a] - x[b]), abs(x[c] - x[d]))
        if gap < 0.5 * max(z[a] - z[b], z[c] - z[d]) or width <= 0:
            continue  # not two pairs
        aside = abs(x[a] + x[b] - x[c] - x[d])
        askew = (z[a] - z[b] + z[c] - z[d] + 2 * aside) / (z[a] - z[d])
        cost = askew + 0.05 * aside / width - size[list(four)].sum()
        if best is None or cost < best[0]:
            best = cost, (a, b, c, d)
    return None if best is None else best[1]


def is_animal(voxels: Voxels) -> bool:
    """Whether an upright shape along Z stands on four legs as animals do: with air between the legs, a trunk that is
    thick between them, and a head or rump beyond them. Tables and chairs have thin tops, cars no legs."""
    stance = find_stance(voxels)
    if stance is None:
        return False
    z = voxels.centres(voxels.filled)[:, 2]
    front = (stance.feet["front.L"][2] + stance.feet["front.R"][2]) / 2
    hind = (stance.feet["hind.L"][2] + stance.feet["hind.R"][2]) / 2
    legs = [_pieces_at(voxels, stance, share) for share in (0.12, 0.18, 0.25)]
    low_slung = max(z.max() - front, hind - z.min()) > OVERHANG * (
        front - hind
    )  # crocodiles: the belly is low
    if not (4 <= legs[0] <= 6 and 4 <= legs[1] <= 6 and (legs[2] >= 3 or low_slung)):
        return False
    between = (z > 0.75 * hind + 0.25 * front) & (z < 0.25 * hind + 0.75 * front)
    trunk = float(voxels.depth[tuple(voxels.filled[between].T)].max()) if between.any() else 0.0
    if trunk < THIN * (front - hind) or trunk < SLAB * stance.height:
        return False
    reach = 0.15 * (front - hind)
    return bool(max(np.mean(z > front + reach), np.mean(z < hind - reach)) > 0.04)


def _pieces_at(voxels: Voxels, stance: Stance, share: float) -> int:
    """How many pieces of some size a level slice holds, at a share of the height."""
    level = int((stance.low + share * stance.height - voxels.low[1]) / voxels.step)
    sizes = np.bincount(ndimage.label(voxels.inside[:, level], structure=np.ones((3, 3)))[0].ravel())[1:]
    return int((sizes > 0.1 * sizes.max(initial=0)).sum())


def looks_backwards(voxels: Voxels, stance: Stance) -> float:
    """Above 0 when the head is on the −Z side. The head end carries more beyond its legs than the tail end,
    reaches higher, is blunter at its tip, and paws point to it."""
    centres = voxels.centres(voxels.filled)
    y, z = centres[:, 1], centres[:, 2]
    front = np.mean([stance.feet["front.L"][2], stance.feet["front.R"][2]])
    hind = np.mean([stance.feet["hind.L"][2], stance.feet["hind.R"][2]])
    upper = y > stance.low + 0.3 * stance.height
    ahead, behind = upper & (z > front), upper & (z < hind)
    volume = np.log((behind.sum() + 20) / (ahead.sum() + 20))
    tops = [float(y[m].max()) if m.any() else stance.low for m in (behind, ahead)]
    rise = (tops[0] - tops[1]) / stance.height
    # The thickest place beyond the legs: skulls are thick, tails thin.
    depth = voxels.depth[tuple(voxels.filled.T)]
    edge = 0.12 * stance.height
    thick = [
        float(depth[m].max()) if m.any() else 0.0
        for m in (upper & (z < hind - edge), upper & (z > front + edge))
    ]
    bulk = (thick[0] - thick[1]) / max(max(thick), 1e-9)
    ground = y < stance.low + 0.05 * stance.height
    ankle = (y > stance.low + 0.1 * stance.height) & (y < stance.low + 0.2 * stance.height)
    paws = 0.0
    for foot in stance.feet.values():
        near = np.linalg.norm(centres[:, [0, 2]] - foot[[0, 2]], axis=1) < 0.15 * stance.height
        if (near & ground).any() and (near & ankle).any():
            paws += float(z[near & ankle].mean() - z[near & ground].mean()) / stance.height
    blunt = [
        _bluntness(depth[m], far[m], front - hind)
        for m, far in ((upper & (z < hind - edge), hind - z), (upper & (z > front + edge), z - front))
    ]
    taper = blunt[0] - blunt[1] if min(blunt) >= 0 else 0.0
    return float(0.6 * volume + 1.5 * rise + 0.6 * bulk + 2.0 * paws + 2.0 * taper - 0.1)


def _bluntness(depth: Floats, far: Floats, legs: float) -> float:
    """How thick a long end of the body is near its tip, share of its thickness near the legs: tails run to a point,
    necks carry heads. Below 0 for an end shorter than 0.4 of the way between the ``legs``."""
    if not len(far) or far.max() < 0.4 * legs:
        return -1.0
    share = far / far.max()
    root, tip = share < 0.4, (share > 0.75) & (share < 0.95)
    return float(depth[tip].max() / depth[root].max()) if root.any() and tip.any() else -1.0


def _on_trunk(voxels: Voxels, stance: Stance, z: float, middle: float) -> float:
    """A place along the body at or beside ``z``, towards ``middle``, where the trunk still has half its thickness: feet
    may stand before the chest or behind the rump."""
    places = np.linspace(z, middle, 12)
    thick = np.array([trunk[1] - belly for trunk, belly in (_trunk_at(voxels, stance, p) for p in places)])
    return float(places[int((thick >= 0.5 * np.median(thick[6:])).argmax())])


def _trunk_at(voxels: Voxels, stance: Stance, z: float) -> tuple[Floats, float]:
    """The middle of the trunk at a place along the body, (3,), and the height of the belly there."""
    centres = voxels.centres(voxels.filled)
    high = (centres[:, 1] > stance.low + 0.3 * stance.height) & (
        centres[:, 1] < stance.low + 0.9 * stance.height
    )
    slab = np.flatnonzero(high & (np.abs(centres[:, 2] - z) < 2 * voxels.step))
    nothing = (
        np.array([stance.middle, stance.low + 0.65 * stance.height, z]),
        stance.low + 0.65 * stance.height,
    )
    if not len(slab):
        return nothing
    depth = voxels.depth[tuple(voxels.filled[slab].T)]
    x = float(np.median(centres[slab[depth > 0.75 * depth.max()], 0]))  # animals lean: not between the feet
    cell = voxels.cell_at(np.array([[x, stance.low, z]]))[0]
    width = max(int(0.06 * stance.height / voxels.step), 1)
    block = voxels.inside[cell[0] - width : cell[0] + width + 1, :, max(cell[2] - 1, 0) : cell[2] + 2]
    column = block.mean(axis=(0, 2)) > 0.5
    label, count = ndimage.label(column)
    if not count:
        return nothing
    longest = int(np.bincount(label)[1:].argmax()) + 1
    rows = np.flatnonzero(label == longest)
    belly = float(rows[0] * voxels.step + voxels.low[1])
    back = float((rows[-1] + 1) * voxels.step + voxels.low[1])
    # The spine runs in the upper part of the trunk; a neck that rises straight above it is not trunk.
    back = min(back, belly + 0.62 * stance.height)
    return np.array([x, belly + 0.62 * (back - belly), z]), belly


def _head(
    voxels: Voxels,
    stance: Stance,
    centres: Floats,
    away: Floats,
    before: Ints,
    shoulder: Floats,
    z: float,
    belly: float,
) -> tuple[Floats, Floats, Floats]:
    """The nape half-way up the neck, the base of the skull and the tip of the muzzle, each (3,)."""
    region = (centres[:, 2] > z + 0.02 * stance.height) & (centres[:, 1] > belly - 0.05 * stance.height)
    if region.sum() < 20:
        region = (centres[:, 2] > z - 0.1 * stance.height) & (centres[:, 1] > shoulder[1])
    if not region.any():
        ahead = np.array([0, 0.1, 0.2]) * stance.height
        return shoulder + ahead / 3, shoulder + ahead / 2, shoulder + ahead
    where = np.flatnonzero(region)
    far = away[where]
    depth = voxels.depth[tuple(voxels.filled[where].T)]
    reach = (
        np.percentile(far[depth > 0.35 * depth.max()], 97)
        if (depth > 0.35 * depth.max()).any()
        else far.max()
    )
    start = float(np.percentile(far, 2))
    skull_zone = far > start + 0.55 * (reach - start)
    skull_zone = skull_zone if skull_zone.any() else far >= far.max()
    weight = depth[skull_zone] ** 3
    heart = (centres[where[skull_zone]] * weight[:, None]).sum(axis=0) / weight.sum()
    cells = where[skull_zone]
    radius = float(depth[skull_zone].max())
    stout = cells[depth[skull_zone] > 0.3 * radius]  # neither tusks nor horns nor ears
    score = (centres[stout] - heart) @ np.array([0, -0.35, 1.0]) - 0.5 * np.abs(centres[stout, 0] - heart[0])
    muzzle = centres[stout[score.argmax()]]
    onwards = unit(muzzle - heart)
    muzzle = muzzle + onwards * voxels.depth_at(muzzle[None])[0]
    way = smoothed(centres[trace(before, int(voxels.nearest(heart[None])[0]))])[::-1]
    # From the shoulder on, the way to the head is the neck.
    begin = int(np.linalg.norm(way - shoulder, axis=1).argmin())
    neck = (
        np.concatenate([shoulder[None], way[begin + 1 :], heart[None]])
        if begin + 1 < len(way)
        else np.array([shoulder, heart])
    )
    length = float(arc_length(neck)[-1])
    skull = along(neck, max(length - 0.8 * radius, 0.6 * length))
    nape = along(neck, 0.5 * max(length - 0.8 * radius, 0.6 * length))
    return nape, skull, muzzle


def _leg(
    voxels: Voxels, stance: Stance, before: Ints, end: str, names: tuple[str, ...], side: str, parent: str,
    belly: float, trunk: Floats,
) -> list[Bone]:  # fmt: skip
    """Hip or shoulder, knee or elbow, hock or wrist, and the toes, along the middle of one leg."""
    foot = stance.feet[end]
    way = smoothed(voxels.centres(voxels.filled[trace(before, int(voxels.nearest(foot[None])[0]))]))
    inside = np.flatnonzero(way[:, 1] > belly - 0.02 * stance.height)
    upto = int(inside[0]) if len(inside) and inside[0] > 2 else max(len(way) // 2, 2)
    leg = way[: upto + 1][::-1]  # from the belly down
    across = 0.75 * (leg[0, 0] - trunk[0]) + trunk[0]
    top = np.array([across, belly + 0.55 * (trunk[1] - belly), 0.5 * leg[0, 2] + 0.5 * trunk[2]])
    line = np.concatenate([top[None], leg])
    knee, hock = _bends(line)
    low = stance.low
    toe_base = np.array([line[-1, 0], low + 0.03 * stance.height, line[-1, 2]])
    toe = _toe(voxels, stance, foot)
    if np.linalg.norm(toe - toe_base) < 0.03 * stance.height:
        toe = toe_base + np.array([0, 0, 0.05 * stance.height])
    places = [top, knee, hock, toe_base, toe]
    made = []
    for k, name in enumerate(names):
        made.append(Bone(name + side, parent if k == 0 else names[k - 1] + side, places[k], places[k + 1]))
    return made


def _bends(line: Floats) -> tuple[Floats, Floats]:
    """The two inner corners of the three straight pieces that follow a line (N, 3) best."""
    total = float(arc_length(line)[-1])
    samples = along(line, np.linspace(0, total, 40))
    best, choice = np.inf, (KNEE, HOCK)
    for a in np.arange(0.28, 0.54, 0.02):
        for b in np.arange(max(a + 0.18, 0.6), 0.86, 0.02):
            corners = along(line, np.array([0, a, b, 1.0]) * total)
            gap = np.min([segment_distance(samples, p, q) for p, q in itertools.pairwise(corners)], axis=0)
            cost = float((gap**2).mean()) / total**2 + 0.01 * ((a - KNEE) ** 2 + (b - HOCK) ** 2)
            if cost < best:
                best, choice = cost, (float(a), float(b))
    return along(line, choice[0] * total), along(line, choice[1] * total)


def _toe(voxels: Voxels, stance: Stance, foot: Floats) -> Floats:
    """The front of a paw on the ground."""
    centres = voxels.centres(voxels.filled)
    near = np.linalg.norm(centres[:, [0, 2]] - foot[[0, 2]], axis=1) < 0.12 * stance.height
    near &= centres[:, 1] < stance.low + 0.06 * stance.height
    if not near.any():
        return foot
    paw = centres[near]
    front = paw[paw[:, 2] >= np.percentile(paw[:, 2], 92)].mean(axis=0)
    return np.array([foot[0], stance.low + 0.02 * stance.height, front[2]])
