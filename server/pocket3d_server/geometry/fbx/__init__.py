"""Binary FBX 7, read and written."""

SCENE = 0
"""The number of the scene among a file's objects."""
CENTIMETRES = 100.0
"""To the metre: the format's own unit."""
SHININESS = 100.0
"""Of roughness 0, as Blender counts it: ((1 - roughness) * 10) squared."""
