"""What models that rig have in common: ``settings`` of a person, the ``welded_mesh`` that a rig is made for, the
``influences`` on a vertex, ``finishing`` with ``bone_count`` and ``bone_names``.
"""
