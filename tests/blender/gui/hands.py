"""Mouse, keyboard and eyes for a Blender with a window, in Blender's own Python and nothing else.

Blender has to be started with ``--enable-event-simulate``; then it listens to these events only. Everything that
takes time is a generator: ``yield from click(...)`` lets Blender's event loop run between press and release.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import bpy

Steps = Generator[float, None, Any]
TICK = 0.05
"""Seconds that Blender gets to handle an event."""


def window() -> Any:
    """The first window; timers have none in their context."""
    return bpy.context.window_manager.windows[0]


def area() -> Any:
    """The largest 3D view."""
    views = [a for a in window().screen.areas if a.type == "VIEW_3D"]
    return max(views, key=lambda a: a.width * a.height)


def sidebar() -> Any:
    """The region with the panels."""
    return next(r for r in area().regions if r.type == "UI")


def looking_at_sidebar() -> Any:
    """``with looking_at_sidebar(): bpy.ops…`` for operators that ask where they are."""
    return bpy.context.temp_override(window=window(), screen=window().screen, area=area(), region=sidebar())


def event(kind: str, value: str = "PRESS", at: tuple[int, int] | None = None, **options: Any) -> None:
    """One event, at a place in the window."""
    if at is not None:
        event.at = at  # type: ignore[attr-defined]
    x, y = event.at  # type: ignore[attr-defined]
    window().event_simulate(type=kind, value=value, x=x, y=y, **options)


event.at = (0, 0)  # type: ignore[attr-defined]


def move(x: int, y: int) -> Steps:
    """Move the pointer."""
    event("MOUSEMOVE", "NOTHING", (x, y))
    yield TICK


def click(x: int, y: int) -> Steps:
    """Point and click; Blender first highlights a button, then presses what is highlighted."""
    yield from move(x - 3, y)
    yield from move(x, y)
    for value in ("PRESS", "RELEASE"):
        event("LEFTMOUSE", value)
        yield TICK
    yield 4 * TICK


def key(kind: str, unicode: str = "", **modifiers: bool) -> Steps:
    """Press and release a key."""
    event(kind, "PRESS", **({"unicode": unicode} if unicode else {}), **modifiers)
    yield TICK
    event(kind, "RELEASE", **modifiers)
    yield TICK


def write(text: str) -> Steps:
    """Type letters and spaces."""
    for letter in text:
        yield from key("SPACE" if letter == " " else letter.upper(), letter)


def button(name: str) -> str:
    """What the button of one of our operators says of itself."""
    return f"bpy.ops.pocket3d.{name}("


def field(name: str) -> str:
    """What the field of one of the panels' properties says of itself."""
    return f".pocket3d.{name}\n"


def fill_in(needle: str, text: str) -> Steps:
    """Find a text field, replace what is in it, press Return."""
    yield from click(*(yield from find(needle)))
    yield from key("A", ctrl=True)
    yield from write(text)
    yield from key("RET")


def press(needle: str, **where: Any) -> Steps:
    """Find a button and click it."""
    yield from click(*(yield from find(needle, **where)))


def find(needle: str, across: float = 0.6, timeout: float = 120) -> Steps:
    """Where in the window the button is that says ``needle`` (see ``button``, ``field``); scrolls if need be.

    Blender has no list of its buttons. Hover over one and it can say what it is, as Ctrl-C does for a person.
    """
    found = yield from find_in_view(needle, across)
    end = time.monotonic() + timeout
    while not found and time.monotonic() < end:
        yield from scroll(-100_000)
        moved = True
        while moved and not found:
            found = yield from find_in_view(needle, across)
            moved = found or (yield from scroll(round(sidebar().height * 0.7)))
    if not found:
        raise LookupError(f"no button with {needle!r}")
    return found


def find_in_view(needle: str, across: float = 0.6, near: int | None = None) -> Steps:
    """The same without scrolling; None when it is not there. ``near`` is where to look, to be quick."""
    region, step = sidebar(), max(5, round(8 * bpy.context.preferences.system.ui_scale))
    x = region.x + round(region.width * across)
    top, bottom = region.y + region.height - 6, region.y + 4
    if near is not None:
        top, bottom = min(top, near + 15 * step), max(bottom, near - 15 * step)
    hits: list[int] = []
    words = ""
    for y in range(top, bottom, -step):
        event("MOUSEMOVE", "NOTHING", (x, y))
        yield TICK / 3
        here = under_pointer()
        if hits and here != words:
            break
        if needle in here:
            words = here
            hits.append(y)
    return (x, max(hits[-1], hits[0] - step)) if hits else None  # of a list, the first row


def under_pointer() -> str:
    """The operator call or data path of the button below the pointer."""
    manager = bpy.context.window_manager
    for ask, options in (
        (bpy.ops.ui.copy_python_command_button, {}),
        (bpy.ops.ui.copy_data_path_button, {"full_path": True}),
    ):
        manager.clipboard = ""
        try:
            with looking_at_sidebar():
                ask(**options)
        except RuntimeError:  # no such button there
            continue
        if manager.clipboard:
            return f"{manager.clipboard}\n"
    return ""


def scroll(pixels: float) -> Steps:
    """Move the panels up by about so many pixels, down if negative; says whether they moved."""
    start = before = offset()
    operator = bpy.ops.view2d.scroll_down if pixels > 0 else bpy.ops.view2d.scroll_up
    while abs(offset() - start) < abs(pixels):
        with looking_at_sidebar():
            operator()  # its steps cannot be chosen
        yield TICK / 3
        if abs(offset() - before) < 1:
            break
        before = offset()
    yield 4 * TICK
    return abs(before - start) >= 1


def offset() -> float:
    """How far the panels are scrolled."""
    return float(sidebar().view2d.region_to_view(0, 0)[1])


def unfold(needle: str, below: str) -> Steps:
    """Open the closed panel that has the button ``needle`` and comes somewhere after the button ``below``.

    Headers cannot say what they are, so each place that is no button is tried, and tried again to close it.
    """
    if (yield from find_in_view(needle)):
        return
    x, y = yield from find(below)
    upper = sidebar().y + round(0.8 * sidebar().height)
    yield from scroll(upper - y)  # so that what opens is in view
    x, y = yield from find(below)
    step = round(9 * bpy.context.preferences.system.ui_scale)
    while y > sidebar().y + 2 * step:
        y -= step
        yield from move(x, y)
        if under_pointer():
            continue
        yield from click(x, y)
        if (yield from find_in_view(needle)):
            return
        yield from click(x, y)
        y -= step
    raise LookupError(f"no panel with {needle!r} below {below!r}")


def open_tab(name: str) -> Steps:
    """Show the sidebar on a tab."""
    area().spaces.active.show_region_ui = True
    area().tag_redraw()
    # Until it has been drawn, its tab cannot be told or set.
    yield from until(lambda: sidebar().width > 1 and sidebar().active_panel_category != "UNSUPPORTED", 60)
    sidebar().active_panel_category = name
    area().tag_redraw()
    yield 0.5


def look_at_selection() -> None:
    """Fill the 3D view with what is selected, in its colours."""
    region = next(r for r in area().regions if r.type == "WINDOW")
    with bpy.context.temp_override(window=window(), screen=window().screen, area=area(), region=region):
        bpy.ops.view3d.view_selected()
    area().spaces.active.shading.color_type = "TEXTURE"


def until(condition: Callable[[], Any], timeout: float, what: str = "") -> Steps:
    """Wait for something to become true; Blender goes on meanwhile."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{what or condition} did not happen within {timeout:.0f} s")
        yield 0.1


def picture(file: Path) -> Steps:
    """A screenshot of the whole window."""
    for part in window().screen.areas:
        part.tag_redraw()
    yield 0.5
    other = sys.modules.get("blender_gui")  # a harness that sees more than Blender, software OpenGL too
    if other is not None:
        yield from other.shot(str(file))
    else:
        with bpy.context.temp_override(window=window(), screen=window().screen, area=area()):
            bpy.ops.screen.screenshot(filepath=str(file), check_existing=False)
    yield 0.2
