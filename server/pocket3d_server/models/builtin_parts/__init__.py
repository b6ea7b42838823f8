"""Built-in engine that splits a mesh into parts by its shape."""

from pocket3d_server.models.builtin_parts.engine import BuiltinParts

__all__ = ["BuiltinParts"]
