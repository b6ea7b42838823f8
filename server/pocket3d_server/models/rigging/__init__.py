"""What models that rig have in common: ``settings`` of a person, the ``welded_mesh`` that a rig is made for and whether it
is a ``body``, the ``influences`` on a vertex, ``anatomy`` (names of bones by their ``tree``) and ``pointing`` for what a
network draws, ``finishing`` with ``bone_count`` and ``bone_names``.
"""
