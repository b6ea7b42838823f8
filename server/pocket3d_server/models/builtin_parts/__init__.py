"""The built-in segmentation engine: parts of a mesh from its shape, with names where they can be known.

``engine`` is the way in. A mesh with named nodes keeps them; any other goes through ``segment``, the whole way from
triangles to labels, on the touching faces and the evenly divided copy of the room ``parts``. In the order of that way:
``relief`` smooths the copy, ``samples`` spread over it, ``volume`` is what they see inside, ``clusters`` and ``merge``
group them in several ways, ``consensus`` finds what these agree on, alike on both sides where ``symmetry`` finds two,
and ``boundary`` lays the borders. For ``names``, ``pieces`` describes the parts, ``recognise`` knows kinds of things by
the rules in ``furniture``, ``vehicles``, ``plants`` and ``animals``, and ``living`` asks the rig engine.
"""

from pocket3d_server.models.builtin_parts.engine import BuiltinParts

__all__ = ["BuiltinParts"]
