"""The version, alone so that packaging and the client can both read it."""

__version__ = "0.1.0"
