"""Mesh work that several models share. Knows nothing of HTTP, jobs or databases."""
