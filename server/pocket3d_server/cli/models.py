"""``pocket3d-server models``: what can run here; accept licences, install weights, remove them."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
import textwrap
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pocket3d_server.config import Settings
from pocket3d_server.runners.catalog import Catalog, Model
from pocket3d_server.weights.download import Hub
from pocket3d_server.weights.installing import Meter, install
from pocket3d_server.weights.problems import CancelledError, InstallError, size_text
from pocket3d_server.weights.shelf import Shelf

Open = Callable[[argparse.Namespace], Settings]
WIDTH = 100
BAR = 30
STOPPED = 130


class _UnknownModelError(Exception):
    """There is no such model."""


def add_commands(commands: Any, data: argparse.ArgumentParser, open_settings: Open) -> None:
    """Add the command to the command line; ``open_settings`` reads what the options name. ``data``: the options of
    the actions; without an action, all models are listed."""
    models = commands.add_parser("models", parents=[data], help="list models, install and remove weights")
    as_json = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    as_json.add_argument("--json", action="store_true", help="for programs")
    models.add_argument("--json", action="store_true", help="for programs")
    models.set_defaults(run=_runs(_list, open_settings))
    actions = models.add_subparsers(metavar="ACTION")

    def add(name: str, text: str, run: Callable[..., int]) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = actions.add_parser(name, parents=[data, as_json], help=text)
        parser.set_defaults(run=_runs(run, open_settings))
        if run is not _list:
            parser.add_argument("id", help="as 'models list' shows it")
        return parser

    add("list", "all models, and what the others lack", _list)
    add("show", "one model: what it takes, its licence, its files", _show)
    parser = add("accept", "accept a model's licence; shows its terms", _accept)
    parser.add_argument("--name", help="the person or company that accepts; default: your user name")
    parser.add_argument("--withdraw", action="store_true", help="take an acceptance back")
    parser = add("install", "download a model's weights, or go on with that", _install)
    parser.add_argument(
        "--from", dest="folder", type=Path, metavar="DIR", help="copy the files from a folder or file instead"
    )
    add("remove", "delete a model's weights", _remove)


def _runs(command: Callable[..., int], open_settings: Open) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        settings = open_settings(options)
        shelf = Shelf.at(settings.data_dir, settings.models_dir, settings.min_free_mb)
        catalog = Catalog(settings.extra_engines, settings.memory_mb, shelf=shelf)
        try:
            return command(catalog, shelf, options)
        except _UnknownModelError as error:
            print(
                f"pocket3d-server: there is no model {str(error)!r}; 'pocket3d-server models' lists them.",
                file=sys.stderr,
            )
        except InstallError as error:
            print(f"pocket3d-server: {error} {error.suggestion}", file=sys.stderr)
        return 1

    return run


def _list(catalog: Catalog, shelf: Shelf, options: argparse.Namespace) -> int:
    models = catalog.all()
    if options.json:
        print(json.dumps([_facts(model, shelf) for model in models], indent=2))
        return 0
    for model in models:
        state = "ready" if model.ready else "not ready"
        print(f"{model.spec.model_id:24} {model.spec.feature:20} {state:10} {model.spec.description}")
        if model.missing:
            print(f"{'':24} {model.missing.reason} {model.missing.remedy}")
    return 0


def _show(catalog: Catalog, shelf: Shelf, options: argparse.Namespace) -> int:
    model = _model(catalog, options.id)
    spec = model.spec
    if options.json:
        print(json.dumps(_facts(model, shelf), indent=2))
        return 0
    print(f"{spec.model_id}  {spec.feature}, revision {spec.revision}")
    print(_wrapped(spec.description))
    print(f"state     {model.missing.reason if model.missing else 'ready'}")
    print(f"licence   {spec.licence}")
    if spec.licence_terms:
        _print_terms(spec.licence_terms)
        acceptance = shelf.licences.accepted(spec)
        if acceptance:
            print(f"accepted  by {acceptance.name}, {acceptance.accepted_at}")
    if spec.weights:
        arrived = size_text(shelf.weights.arrived(spec.weights))
        print(f"weights   {arrived} of {size_text(sum(f.size for f in spec.weights))} are here")
        for file in spec.weights:
            mark = "+" if shelf.weights.has(file) else " "
            print(
                f"        {mark} {size_text(file.size):>8}  {file.repository}@{file.revision[:12]}  {file.path}"
            )
    return 0


def _accept(catalog: Catalog, shelf: Shelf, options: argparse.Namespace) -> int:
    spec = _model(catalog, options.id).spec
    if spec.licence_terms is None:
        print(f"The licence of {spec.model_id} ({spec.licence}) need not be accepted.")
        return 0
    if options.withdraw:
        shelf.licences.withdraw(spec)
        print(f"The acceptance of {spec.licence_terms.name} was taken back.")
        return 0
    name = (options.name or getpass.getuser()).strip()
    acceptance = shelf.licences.accept(spec, name, "cli")
    if options.json:
        print(json.dumps(asdict(acceptance), indent=2))
        return 0
    _print_terms(spec.licence_terms)
    print(f"accepted  by {acceptance.name}, {acceptance.accepted_at}")
    return 0


def _install(catalog: Catalog, shelf: Shelf, options: argparse.Namespace) -> int:
    spec = _model(catalog, options.id).spec
    if not spec.weights:
        print(f"{spec.model_id} needs no weights.")
        return 0
    if options.folder is not None and not options.folder.exists():
        raise InstallError(f"There is no folder {options.folder}.", "Name the folder that holds the files.")
    meter = Meter(sum(f.size for f in spec.weights))
    done = threading.Event()
    shown = threading.Thread(target=_show_progress, args=(meter, done), daemon=True)
    shown.start()
    try:
        install(spec, shelf, Hub.of_environment(), meter, options.folder)
    except (KeyboardInterrupt, CancelledError):
        done.set()
        shown.join()
        print("\npocket3d-server: stopped; the same command goes on with what has arrived.", file=sys.stderr)
        return STOPPED
    finally:
        done.set()
        shown.join()
    print(f"{spec.model_id} is installed.")
    return 0


def _remove(catalog: Catalog, shelf: Shelf, options: argparse.Namespace) -> int:
    spec = _model(catalog, options.id).spec
    others = [model.spec for model in catalog.all() if model.spec.model_id != spec.model_id]
    print(f"{size_text(shelf.remove(spec, others))} of {spec.model_id} are deleted.")
    return 0


def _model(catalog: Catalog, model_id: str) -> Model:
    model = catalog.get(model_id)
    if model is None:
        raise _UnknownModelError(model_id)
    return model


def _facts(model: Model, shelf: Shelf) -> dict[str, Any]:
    spec, missing = model.spec, model.missing
    acceptance = shelf.licences.accepted(spec)
    return {
        "model_id": spec.model_id,
        "feature": spec.feature,
        "ready": model.ready,
        "reason": missing.reason if missing else None,
        "remedy": missing.remedy if missing else None,
        "missing_code": missing.code if missing else None,
        "licence": spec.licence,
        "revision": spec.revision,
        "size": sum(f.size for f in spec.weights),
        "downloaded": shelf.weights.arrived(spec.weights),
        "licence_terms": asdict(spec.licence_terms) if spec.licence_terms else None,
        "accepted": asdict(acceptance) if acceptance else None,
    }


def _print_terms(terms: Any) -> None:
    print(f"terms     {terms.name}, {terms.url}")
    print(_wrapped(terms.summary))
    for condition in terms.conditions:
        print(f"          - {condition}")


def _wrapped(text: str) -> str:
    indent = " " * 10
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


def _show_progress(meter: Meter, done: threading.Event) -> None:
    """A bar on a terminal; elsewhere nothing."""
    if not sys.stderr.isatty():
        return
    while True:
        ended = done.wait(0.5)
        fraction = meter.done / meter.total
        bar = ("█" * round(BAR * fraction)).ljust(BAR, "░")
        speed = f", {size_text(meter.speed)} a second" if meter.speed else ""
        text = f"\r{bar} {fraction:4.0%} of {size_text(meter.total)}{speed}"
        print(text.ljust(WIDTH - 10), end="", file=sys.stderr, flush=True)
        if ended:
            print(file=sys.stderr)
            return
