"""Textures for a mesh from words or from a picture, without a neural network for 3D."""

from pocket3d_server.models.builtin_texture.engine import BuiltinTexture

__all__ = ["BuiltinTexture"]
