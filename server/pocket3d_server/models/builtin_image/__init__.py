"""The built-in image engine: a textured mesh from one to four pictures, without a neural network for 3D.

``engine`` is the way in; reading and cutting out are in ``models.pictures``. For one picture ``evidence`` (with
``regions``) chooses how the outline becomes a shape: ``lathe`` (its outline from ``profile``), ``inflate`` or
``extrude``, from its ``silhouette`` to ``meshes``; ``furniture`` finds boards on legs, and ``footprint`` where these
stand; ``perspective`` undoes what a near camera did to an outline; ``paint`` puts the picture on it. For several, ``views`` finds
what each shows and ``carve`` keeps what all outlines allow.
"""

from pocket3d_server.models.builtin_image.engine import BuiltinImage

__all__ = ["BuiltinImage"]
