"""``pocket3d-server backup`` and ``restore``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pocket3d_server import backup
from pocket3d_server.backup import BackupError, Summary
from pocket3d_server.config import MB, Settings, SettingsError

ReadSettings = Callable[[argparse.Namespace], Settings]


def add_commands(commands: Any, common: argparse.ArgumentParser, settings: ReadSettings) -> None:
    """Add both commands to the command line; ``settings`` reads what the options say."""
    parser = commands.add_parser("backup", parents=[common], help="write all data into one archive")
    parser.add_argument("file", type=Path, metavar="FILE", help="a new file; it will hold secrets")
    parser.set_defaults(run=lambda options: _backup(settings(options), options.file))
    parser = commands.add_parser("restore", parents=[common], help="put an archive's data in place")
    parser.add_argument("file", type=Path, metavar="FILE", help="as 'backup' wrote it")
    parser.add_argument("--replace", action="store_true", help="also where there is data already")
    parser.set_defaults(run=lambda options: _restore(settings(options), options.file, options.replace))


def _backup(settings: Settings, file: Path) -> int:
    try:
        made = backup.backup(settings, file)
    except BackupError as error:
        raise SettingsError(str(error)) from error
    print(f"{file} holds {_told(made)}.")
    return 0


def _restore(settings: Settings, file: Path, replace: bool) -> int:
    try:
        found = backup.restore(settings, file, replace=replace)
    except BackupError as error:
        raise SettingsError(str(error)) from error
    print(f"Restored {_told(found)}, as of {found.created_at}. Start the server; unfinished jobs go on.")
    return 0


def _told(summary: Summary) -> str:
    kept = f"{summary.files} files"
    if summary.storage_url:
        kept = f"no files (they stay in {summary.storage_url})"
    return f"the {summary.database} database and {kept}, {summary.bytes / MB:.1f} MB"
