"""From the evidence of one picture to its surface, by the method that fits."""

from __future__ import annotations

from dataclasses import dataclass

from pocket3d_server.models.builtin_image import evidence
from pocket3d_server.models.builtin_image.evidence import Evidence
from pocket3d_server.models.builtin_image.extrude import extrude
from pocket3d_server.models.builtin_image.footprint import build_on, footprint
from pocket3d_server.models.builtin_image.furniture import Furniture, build_furniture, find_furniture
from pocket3d_server.models.builtin_image.inflate import inflate
from pocket3d_server.models.builtin_image.lathe import lathe
from pocket3d_server.models.builtin_image.meshes import Mesh
from pocket3d_server.models.builtin_image.profile import Turned, fit_profile
from pocket3d_server.models.builtin_image.silhouette import Silhouette
from pocket3d_server.models.builtin_image.wings import wing_factors

MEASURED_AT = 112
"""Cells along the longer side for everything that is measured and not built."""


@dataclass(frozen=True)
class Plan:
    """How a picture is to be built, and from what that was concluded."""

    method: str
    """``lathe``, ``extrude``, ``box``, ``inflate`` or ``furniture``."""
    confidence: float
    facts: Evidence


@dataclass(frozen=True)
class Detail:
    """How finely to build, and what the person asked for."""

    faces: int
    segments: int
    """Around a turned body."""
    thickness: float = 1.0
    relief: float = 1.0


def plan(shape: Silhouette, method: str = "auto") -> Plan:
    """Measures the silhouette (sampled at `MEASURED_AT`) and chooses, unless ``method`` is given."""
    facts = evidence.measure(shape)
    choice = evidence.choose(facts)[0]
    if method != "auto":
        return Plan(method, 0.8, facts)
    if board_on_legs(shape, facts) is not None:
        return Plan("furniture", 0.7, facts)
    if wing_factors(shape, facts) is not None:
        return Plan("inflate", 0.7, facts)
    return Plan(choice.method, choice.confidence, facts)


def board_on_legs(shape: Silhouette, facts: Evidence) -> Furniture | None:
    """The parts of furniture, when the outline is straight enough for something that was built."""
    built = facts.straight > 0.4 and max(facts.straight, facts.ruled) > 0.55
    return find_furniture(shape) if built else None


def form(shape: Silhouette, plan: Plan, detail: Detail) -> tuple[Mesh, Turned | None]:
    """A closed mesh whose front is the silhouette, and the turned body when it was made on the lathe."""
    facts, method = plan.facts, plan.method
    if method == "furniture":
        found = find_furniture(shape)
        if found is not None:
            stand = footprint(shape, found)
            if stand is None:
                return build_furniture(shape, found, detail.thickness), None
            mesh = build_on(shape, found, stand)
            return Mesh(mesh.vertices * (1, 1, detail.thickness), mesh.faces), None
        method = "extrude"
    if method == "lathe":
        turned = fit_profile(shape)
        mesh = lathe(shape, turned, detail.segments, detail.faces)
        return Mesh(mesh.vertices * (1, 1, detail.thickness), mesh.faces), turned
    if method == "inflate":
        return inflate(shape, detail.thickness, detail.relief, wing_factors(shape, facts)), None
    depth = evidence.flat_depth(facts)
    sharp = method == "box" or facts.faced or evidence.block(facts) > 0.5
    bevel = 0.012 if sharp else None
    return extrude(shape, depth, bevel, detail.thickness, 0.4 * detail.relief), None
