"""Every touch of Blender's data: reading what is sent, and putting results into the scene."""
