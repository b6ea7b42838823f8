"""Mesh from one or more pictures, without a neural network for 3D."""

from pocket3d_server.models.builtin_image.engine import BuiltinImage

__all__ = ["BuiltinImage"]
