"""The version, alone so that packaging and the client can both read it."""

__version__ = "0.1.0"

API_VERSION = "1"
"""Of the API that this client speaks; a server with another one needs another client."""
