"""``pocket3d-server open``: the server's page in the browser, with this machine's key."""

from __future__ import annotations

import argparse
import json
import urllib.request
import webbrowser
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from pocket3d_server.config import Settings, SettingsError

PATIENCE_S = 5.0


def add_commands(commands: Any, common: argparse.ArgumentParser, settings: Callable[..., Settings]) -> None:
    """Add the command."""
    opened = commands.add_parser(
        "open", parents=[common], help="open the page of the running server in the browser"
    )
    opened.add_argument("--port", type=int, help="where it listens, if not at the usual port")
    opened.add_argument(
        "--port-file", type=argparse.FileType(), help="the file in which it says where it listens"
    )
    opened.add_argument(
        "--print", action="store_true", help="print the address, which holds the key, instead"
    )
    opened.set_defaults(run=lambda options: _open(options, settings))


def _open(options: argparse.Namespace, settings: Callable[..., Settings]) -> int:
    port_file = options.__dict__.pop("port_file")
    place = settings(options)
    if port_file:
        with port_file:
            told = json.load(port_file)
        url, token_path = told["url"], told["token_file"]
    else:
        url, token_path = f"http://127.0.0.1:{place.port}", place.token_path
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
            if json.load(answer).get("product") != "pocket3d":
                raise ValueError("something else answers there")
        with open(token_path, encoding="utf-8") as file:
            token = file.read().strip()
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"there is no server of this user at {url} ({error}). Start one with 'pocket3d-server serve', or say "
            "where it is with --port and --data-dir."
        ) from error
    # What follows the # stays in the browser: it is in no request and no log.
    address = f"{url}/#key={quote(token)}"
    if options.print or not webbrowser.open(address):
        print(address)
    return 0
