"""Shows what background work has found: as a pop-up, or as a text in Blender's text editor."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import bpy

from ..core.errors import UserError
from ..core.server.diagnosis import BAD, GOOD
from ..session import current_session
from . import text_editor

STEP = 0.1
COLUMNS = 88
"""Letters of a row in the pop-up."""


class Row(NamedTuple):
    """A line of a report in the pop-up."""

    text: str
    icon: str


def rows(report: str) -> list[Row]:
    """The report for a pop-up: a sign before each finding, long ones over several lines."""
    found: list[Row] = []
    for line in report.splitlines():
        mark, _, rest = line.partition(" ")
        icon = {GOOD: "CHECKMARK", BAD: "ERROR"}.get(mark, "BLANK1" if mark == "-" else "NONE")
        text = rest.strip() if icon != "NONE" else line
        for number, part in enumerate(textwrap.wrap(text, COLUMNS) or [""]):
            found.append(Row(part, icon if number == 0 or icon == "NONE" else "BLANK1"))
    return found


def when_idle(show: Callable[[], None]) -> None:
    """Call ``show`` on the main thread once the control's work is done; without a window, never."""
    if bpy.app.background:
        return

    def look() -> float | None:
        if current_session().control.doing:
            return STEP
        show()
        return None

    bpy.app.timers.register(look, first_interval=STEP)


def pop_up(operator: str) -> None:
    """Invoke one of our operators from a timer, which has no window of its own."""
    windows = bpy.context.window_manager.windows
    if windows:
        with bpy.context.temp_override(window=windows[0]):
            getattr(bpy.ops.pocket3d, operator)("INVOKE_DEFAULT")


def show_text(name: str, content: str) -> None:
    """Put a text into a text datablock and show its end."""
    text = bpy.data.texts.get(name) or bpy.data.texts.new(name)
    text.clear()
    text.write(content)
    text_editor.show(text).top = max(0, len(text.lines) - 10)


def open_folder(folder: Path) -> None:
    """Show a folder in the system's file manager. Raises UserError."""
    try:
        bpy.ops.wm.path_open(filepath=str(folder))
    except RuntimeError as error:
        raise UserError(f"No file manager could be opened; the files are in {folder}") from error
