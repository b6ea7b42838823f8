"""The Pocket3D inference server."""

__version__ = "0.1.0"
BASE_PATH = "/api/v1"
"""Where the paths of the API begin."""
API_VERSION = "1"
"""Rises when clients of before cannot go on."""
