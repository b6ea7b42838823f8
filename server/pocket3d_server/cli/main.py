"""``pocket3d-server``: serve, manage models, accounts and keys, print the API's description."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from pathlib import Path

from pocket3d_server import __version__, config, logs
from pocket3d_server.accounts.tokens import TokenSigner
from pocket3d_server.cli import accounts, backup, browser, jobs, models
from pocket3d_server.config import Settings, SettingsError
from pocket3d_server.database import Database
from pocket3d_server.jobs.files import FileStore
from pocket3d_server.services import open_database, open_files


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except SettingsError as error:
        print(f"pocket3d-server: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever reads has enough, as ``| head`` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pocket3d-server", description="The Pocket3D inference server.")
    parser.add_argument("--version", action="version", version=__version__)
    data = argparse.ArgumentParser(add_help=False)
    _add_data(data)
    common = _shared()
    common.add_argument(
        "--token-file", type=Path, help="where the loopback token lies; default: DATA_DIR/token"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", parents=[common], help="run the server")
    serve.add_argument("--host", help="address to listen on; default 127.0.0.1")
    serve.add_argument("--port", type=int, help=f"default {config.DEFAULT_PORT}; 0 lets the system choose")
    serve.add_argument("--port-file", type=Path, help="write where the server listens to this JSON file")
    serve.add_argument(
        "--parent-pid",
        dest="parent_pids",
        type=int,
        action="append",
        help="stop when this process has ended; with several, when the last has",
    )
    serve.add_argument(
        "--allowed-host", dest="allowed_hosts", action="append", help="another name to answer for"
    )
    serve.add_argument(
        "--allowed-origin",
        dest="allowed_origins",
        action="append",
        metavar="ORIGIN",
        help="a web page's origin that may use the server from browsers, e.g. https://studio.example",
    )
    serve.add_argument("--no-auth", action="store_true", default=None, help="no credentials; loopback only")
    serve.add_argument("--cpu-jobs", type=int, help="jobs on the CPU at the same time")
    serve.add_argument("--job-time-limit", type=float, metavar="SECONDS", help="default 1800")
    serve.add_argument(
        "--drain-seconds",
        type=float,
        metavar="SECONDS",
        help="what running jobs get to finish when the server is told to stop; default 30, with --parent-pid 0",
    )
    serve.add_argument("--log-level", choices=["DEBUG", "INFO", "WARNING", "ERROR"], help="default INFO")
    serve.add_argument("--log-format", choices=logs.FORMATS, help="text for people (default), or json")
    serve.set_defaults(run=_serve)

    browser.add_commands(commands, common, _settings)
    models.add_commands(commands, _shared(argparse.SUPPRESS), _settings)
    accounts.add_commands(commands, data, _open_database)
    jobs.add_commands(commands, data, _open_data)
    backup.add_commands(commands, data, _settings)

    openapi = commands.add_parser("openapi", help="print the OpenAPI document")
    openapi.set_defaults(run=_openapi)
    return parser


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data-dir", type=Path, help="database, files and token (POCKET3D_DATA_DIR)")
    parser.add_argument("--database-url", help="SQLAlchemy URL instead of SQLite in the data folder")


def _shared(default: str | None = None) -> argparse.ArgumentParser:
    """Options of the commands that know models; SUPPRESS where one may stand on either side of an action."""
    parser = argparse.ArgumentParser(add_help=False, argument_default=default)
    _add_data(parser)
    parser.add_argument("--models-dir", type=Path, help="weights of models; default: DATA_DIR/models")
    parser.add_argument(
        "--engine",
        dest="extra_engines",
        action="append",
        metavar="MODULE:CLASS",
        help="add an engine that is not installed as an entry point; may be repeated",
    )
    return parser


def _settings(options: argparse.Namespace) -> Settings:
    given = {name: value for name, value in vars(options).items() if name in Settings.model_fields}
    return config.load(given)


def _serve(options: argparse.Namespace) -> int:
    from pocket3d_server.web.serving import serve

    settings = _settings(options)
    logs.configure(settings.log_format, settings.log_level)
    serve(settings)
    return 0


def _openapi(_: argparse.Namespace) -> int:
    from pocket3d_server.app import create_app

    print(json.dumps(create_app(None).api_doc, indent=2))
    return 0


def _open_database(options: argparse.Namespace) -> tuple[Database, TokenSigner]:
    settings = _settings(options)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return open_database(settings), TokenSigner(settings.signing_path)


def _open_data(options: argparse.Namespace) -> tuple[Database, FileStore]:
    database, _ = _open_database(options)
    return database, open_files(_settings(options))
