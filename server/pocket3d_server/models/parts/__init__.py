"""What models that divide meshes have in common: the mesh as touching faces (``face_graph``), a lighter copy to work on
(``proxy``), what is too ``small`` joined to others, the ``division`` and the names that a file brings for it, and ``assemble``,
which makes the result.
"""
