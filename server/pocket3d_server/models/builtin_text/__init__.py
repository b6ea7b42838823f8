"""Mesh from text: a parametric kit of object families, chosen and shaped by the words of the prompt."""

from pocket3d_server.models.builtin_text.engine import BuiltinText

__all__ = ["BuiltinText"]
