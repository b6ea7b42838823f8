"""Whose certificates are believed when the server itself asks others: webhooks' receivers, the hub of weights."""

from __future__ import annotations

import ssl
from functools import cache

import certifi


@cache
def context() -> ssl.SSLContext:
    """The system's authorities and certifi's: a Python that came with another program may lack the former."""
    made = ssl.create_default_context()
    made.load_verify_locations(certifi.where())
    return made
