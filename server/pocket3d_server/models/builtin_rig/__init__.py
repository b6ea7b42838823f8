"""The built-in rig engine: a skeleton and skin weights for people, four-legged animals and anything else.

``engine`` is the way in: ``rig_mesh`` goes from triangles to a rig. ``voxels`` are the mesh from inside. ``plan`` chooses how to look at it; ``humanoid`` (with ``marks``, ``body``, ``hands`` and
``figure``), ``quadruped`` (with ``appendages``) and ``generic`` (with ``extremities``) place the bones, ``symmetry`` makes both sides alike;
``weights`` (with ``fitted_weights``, ``hanging`` and ``evening``) skins. The mesh from outside, number and names of the
bones are in ``rigging``, which other models share.
"""

from pocket3d_server.models.builtin_rig.engine import BuiltinRig, Rig, rig_mesh

__all__ = ["BuiltinRig", "Rig", "rig_mesh"]
