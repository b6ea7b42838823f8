"""PartField: parts of a mesh by a field of features that are alike within a part.

``engine`` is the way in, ``pipeline`` the way from a surface to labels. ``network`` makes planes of features
(``point_encoder``, ``plane_unet``, ``plane_transformer``), ``field`` reads them, ``clustering`` groups the faces, and
``numbers`` says how many parts.
"""
