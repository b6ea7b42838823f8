"""The command ``pocket3d-server``; each module has the words of one family of subcommands."""

from pocket3d_server.cli.main import main

__all__ = ["main"]
