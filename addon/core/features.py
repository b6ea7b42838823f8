"""The four things that can be done, by the API's names, and the words for them."""

from __future__ import annotations

MESH, TEXTURE, SEGMENT, RIG = "mesh_generation", "texture_generation", "mesh_segmentation", "auto_rigging"
FEATURES = (MESH, TEXTURE, SEGMENT, RIG)
VERBS = {MESH: "Generate", TEXTURE: "Texture", SEGMENT: "Segment", RIG: "Rig"}
PRODUCTS = {MESH: "meshes", TEXTURE: "textures", SEGMENT: "parts", RIG: "rigs"}
