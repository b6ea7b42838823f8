"""``pocket3d-server models``: what can run here; accept licences, install weights, remove them."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import sys
import textwrap
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pocket3d_server.config import Settings
from pocket3d_server.models.engine import Missing, MissingCode
from pocket3d_server.runners.catalog import Catalog, Model
from pocket3d_server.weights.download import Hub
from pocket3d_server.weights.installing import Meter, install
from pocket3d_server.weights.problems import CancelledError, InstallError, size_text
from pocket3d_server.weights.shelf import Shelf

Open = Callable[[argparse.Namespace], Settings]
WIDTH = 100
COLUMN = 41
"""Where the descriptions of a list begin."""
HELP: dict[MissingCode, tuple[str, str]] = {
    "LICENCE": ("licence", "its terms must be accepted first: pocket3d-server models accept ID"),
    "NOT_INSTALLED": ("download", "its files are still to come: pocket3d-server models install ID"),
    "EXTRA": ("packages", ""),
}
"""The word for what a model lacks, and what to do about it, where a person can; empty: as the model says."""
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
    parser = add("accept", "show the terms of a model's licence and accept them", _accept)
    parser.add_argument("--name", help="the person or company that accepts; on a terminal you are asked")
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
    for feature, group in itertools.groupby(models, key=lambda model: model.spec.feature):
        print(feature.replace("_", " ").capitalize())
        for model in group:
            head = f"  {model.spec.model_id:21} {_state(model, shelf):16} "
            print(_wrapped(model.spec.description, head, COLUMN))
            if model.missing and model.missing.code not in HELP:
                print(_wrapped(model.missing.reason, " " * COLUMN, COLUMN))
    _print_help([model.missing for model in models if model.missing])
    return 0


def _state(model: Model, shelf: Shelf) -> str:
    """In a word or two: what is to be done next, or that there is nothing."""
    if model.missing is None:
        return "ready"
    word, _ = HELP.get(model.missing.code, ("cannot run here", ""))
    if model.missing.code == "NOT_INSTALLED":
        weights = model.spec.weights
        return f"{word} {size_text(sum(f.size for f in weights) - shelf.weights.arrived(weights))}"
    return word


def _print_help(lacks: list[Missing]) -> None:
    """What to do for each of the states that occur."""
    firsts = {missing.code: missing for missing in reversed(lacks) if missing.code in HELP}
    print(end="\n" if firsts else "")
    for code, (word, text) in HELP.items():
        if missing := firsts.get(code):
            print(_wrapped(text or f"{missing.reason} {missing.remedy}", f"{word:10}"))


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
    if not options.json:
        print(f"{spec.model_id}  {spec.description}")
        _print_terms(spec.licence_terms)
    acceptance = shelf.licences.accepted(spec)
    if acceptance is None:
        name = (options.name or "").strip() or _asked_for_name(options.json)
        if not name:
            print("Nothing was accepted.")
            return 1
        acceptance = shelf.licences.accept(spec, name, "cli")
    if options.json:
        print(json.dumps(asdict(acceptance), indent=2))
        return 0
    print(f"accepted  by {acceptance.name}, {acceptance.accepted_at}")
    return 0


def _asked_for_name(silent: bool) -> str:
    """Who accepts the terms that were just shown; empty for nobody. Raises InstallError where nobody can be asked."""
    if silent or not sys.stdin.isatty():
        raise InstallError(
            "It is not said who accepts the licence.",
            "Read the terms, then add --name with the name of the person or company that accepts them.",
        )
    print(
        "To accept these terms, write the name of the person or company that accepts; to leave, write nothing."
    )
    with contextlib.suppress(EOFError):
        return input("Name: ").strip()
    return ""


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
        print(_wrapped(condition, "          - ", 12))


def _wrapped(text: str, head: str = " " * 10, indent: int = 10) -> str:
    """Lines of a readable length after ``head``; addresses and commands are not broken within a word."""
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


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
