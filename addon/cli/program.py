"""Runs one command of the command line, from its words to its exit code."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from ..api.errors import Error, error_of
from ..core.errors import explain
from . import codes
from .arguments import parser
from .common import CommandLineError, Interrupted, error_entry
from .output import Output, answers_only


def main(argv: Sequence[str]) -> int:
    """Run one command and return the exit code."""
    argv = list(argv)
    wants_json = "--json" in argv
    try:
        options = parser().parse_args(argv)
    except SystemExit as end:  # --help
        return int(end.code or 0)
    except CommandLineError as error:
        with answers_only() as stream:
            return fail(Output(stream, wants_json, False), error.error, codes.WRONG, error.usage)
    with answers_only() as stream:
        output = Output(stream, options.json, options.verbose)
        try:
            with interruptible():
                code = options.run(options, output)
                return int(code)
        except Interrupted:
            return fail(
                output, Error("Interrupted; the jobs were cancelled", "INTERRUPTED"), codes.INTERRUPTED
            )
        except CommandLineError as error:
            return fail(output, error.error, codes.WRONG)
        except Error as error:
            return fail(output, error, codes.of(error))
        except Exception as error:
            told = error_of(explain(error))
            return fail(output, told, codes.of(told))


def fail(output: Output, error: Error, code: int, usage: str = "") -> int:
    """Say what went wrong; returns the exit code."""
    output.answer({"status": "error", "exit_code": code, "error": error_entry(error)}, ())
    remedy = [f"  {error.remedy}"] if error.remedy else []
    rows = [f"  {line}" for line in error.details.splitlines()] if error.code == "BAD_BATCH" else []
    output.complain(*([usage.rstrip()] if usage else []), f"Error: {error.message}", *rows, *remedy)
    return code


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C and a polite kill raise Interrupted; a second one ends the process at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        for each in before:
            signal.signal(each, signal.SIG_DFL)
        raise Interrupted

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            # None: not Python's own; Blender's cannot be put back, so the system's stands in for it.
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
