"""The vocabulary of modelling: closed solids from profiles, outlines, sections and paths.

Every function gives one closed, outward-facing ``Solid`` with texture coordinates in metres. The y axis is
up; things stand centred on the origin unless their docstring says otherwise. ``segments`` and ``steps`` set
the detail, ``crease`` the angle in degrees above which an edge is shaded sharp.

``sweeps`` lays skins over sections, ``primitives`` are the things with a name, ``booleans`` cut and join them.
"""

from pocket3d_server.geometry.shapes.booleans import difference, intersection, union
from pocket3d_server.geometry.shapes.primitives import (
    box,
    capsule,
    cone,
    cylinder,
    hull,
    prism,
    rounded_box,
    sphere,
    superellipsoid,
    torus,
    tube,
)
from pocket3d_server.geometry.shapes.sweeps import extrude, loft, revolve, sweep

__all__ = [
    "box", "capsule", "cone", "cylinder", "difference", "extrude", "hull", "intersection", "loft", "prism",
    "revolve", "rounded_box", "sphere", "superellipsoid", "sweep", "torus", "tube", "union",
]  # fmt: skip
