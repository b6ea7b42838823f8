"""The picture library: small pictures of things, fetched at set-up, which the image engine lifts into 3D.

``library`` is the file with the pictures, ``catalogue`` knows from ``words.txt`` what they show and finds one for a
prompt, ``lift`` makes a mesh of it. ``builtin_text`` asks for what its kit has no family for; ``engine`` makes the
library a model of its own, so that it is installed, shown and removed like any other's weights.
"""

from pocket3d_server.models.builtin_pictures.engine import BuiltinPictures

__all__ = ["BuiltinPictures"]
