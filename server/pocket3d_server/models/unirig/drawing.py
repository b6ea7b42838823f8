"""Draws a skeleton for a shape, and again where what came out cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from pocket3d_server.models.engine import EngineError
from pocket3d_server.models.rigging.welded_mesh import Floats
from pocket3d_server.models.unirig.decoding import write
from pocket3d_server.models.unirig.grammar import Grammar, Vocabulary
from pocket3d_server.models.unirig.processors import Search
from pocket3d_server.models.unirig.skeleton_net import SkeletonNet
from pocket3d_server.models.unirig.tokenizer import Bones, Tokenizer

ATTEMPTS = 3
"""Skeletons that are drawn, at most."""
APART = 2**31
"""Between the seeds of two attempts: above the largest seed of a request, so that no two requests share one."""
TYPICAL = 150
"""Tokens of a skeleton of some 35 bones: by then half of an attempt counts as done."""
MOST_BONES = 256
SPREAD = 0.1
"""Share of the shape's size that a skeleton is large, at least."""
OUTSIDE = 0.15
"""How far a joint may lie outside the shape's box, in halves of its longest side, before it counts as astray."""
ASTRAY = 0.2
"""Share of the joints that may be astray: what a figure holds, or looks at, has bones too."""


@dataclass(frozen=True)
class Drawn:
    """A skeleton in the frame of the shape."""

    bones: Bones
    attempts: int
    fault: str = ""
    """What is wrong with it, although it can be used: nothing better was drawn."""


def draw(
    network: SkeletonNet,
    seen: Tensor,
    box: tuple[Floats, Floats],
    search: Search,
    rig_class: str,
    seed: int,
    report: Callable[[float], None],
) -> Drawn:
    """A skeleton after ``seen`` (1, T, C). ``box``: lowest and highest corner of the shape, (3,) each.

    ``report`` hears the share that is done. Raises EngineError where no attempt came to anything.
    """
    vocabulary = Vocabulary()
    tokenizer, grammar, start = Tokenizer(vocabulary), Grammar(vocabulary), vocabulary.start(rig_class)
    wrong, best = "", None
    for attempt in range(ATTEMPTS):
        begin, end = 1 - 0.4**attempt, 1 - 0.4 ** (attempt + 1)

        def told(tokens: int, begin: float = begin, end: float = end) -> None:
            report(begin + (end - begin) * tokens / (tokens + TYPICAL))

        tokens = write(network.transformer, seen, start, search, grammar, seed + attempt * APART, told)
        if tokens[-1] != vocabulary.id("eos"):
            wrong = "it did not come to an end"
            continue
        try:
            bones = tokenizer.decode(tokens)
        except ValueError as error:
            wrong = str(error)
            continue
        wrong = useless(bones, *box)
        if wrong:
            continue
        astray = share_astray(bones, *box)
        if astray <= ASTRAY:
            return Drawn(bones, attempt + 1)
        if best is None or astray < best[0]:
            best = astray, bones
    if best is not None:
        return Drawn(best[1], ATTEMPTS, f"{best[0]:.0%} of the joints lie far outside the mesh")
    raise EngineError(
        f"the model drew no skeleton that can be used in {ATTEMPTS} attempts; of the last one, {wrong}",
        suggestion="Try another seed, or builtin_rig. The mesh should be one figure, upright (Y up in a GLB) and facing "
        "forwards (+Z).",
    )


def useless(bones: Bones, low: Floats, high: Floats) -> str:
    """Why nothing can be done with a skeleton for a shape in the box from ``low`` to ``high`` (3,); else nothing."""
    if len(bones) < 2:
        return "it has only one bone"
    if len(bones) > MOST_BONES:
        return f"it has {len(bones)} bones"
    if float(np.ptp(bones.joints, axis=0).max()) < SPREAD * float((high - low).max()):
        return "all its joints lie in one place"
    return ""


def share_astray(bones: Bones, low: Floats, high: Floats) -> float:
    """Of the joints, how many lie far outside the box."""
    beyond = np.maximum(low - bones.joints, bones.joints - high).max(axis=1)
    return float((beyond > OUTSIDE * float((high - low).max()) / 2).mean())
