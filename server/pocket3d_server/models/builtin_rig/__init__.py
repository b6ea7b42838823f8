"""The built-in rig engine: a skeleton and skin weights for people, four-legged animals and anything else.

``engine`` is the way in; ``surface`` and ``solid`` prepare the mesh; ``humanoid``, ``quadruped`` and ``generic``
plan the bones; ``weights`` skins; ``budget`` brings the bones to the number asked for; ``regions`` names faces.
"""

from pocket3d_server.models.builtin_rig.engine import BuiltinRig
from pocket3d_server.models.builtin_rig.regions import body_regions

__all__ = ["BuiltinRig", "body_regions"]
