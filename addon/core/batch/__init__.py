"""Batch files: read and checked whole, laid out, and reported on. No Blender in here."""
