"""The Pocket3D inference server."""

__version__ = "0.1.0"
API_VERSION = "1"
"""Rises when clients of before cannot go on."""
