"""Shows texts in Blender's Text Editor: in one that is open, else in a window that leaves the viewport in sight."""

from __future__ import annotations

from typing import Any

import bpy


def show(text: bpy.types.Text) -> Any:
    """Show a text; returns the editor's space. Needs a window."""
    area = _open() or _in_new_window()
    space = area.spaces.active
    space.text = text
    area.tag_redraw()
    return space


def _open() -> bpy.types.Area | None:
    """A Text Editor that somebody has open."""
    areas = [a for w in bpy.context.window_manager.windows for a in w.screen.areas]
    return next((a for a in areas if a.type == "TEXT_EDITOR"), None)


def _in_new_window() -> bpy.types.Area:
    """A Text Editor for words, not for programs, in a window of its own.

    A new window is as large as the one it comes from and would cover it. That of the preferences is not, and stays in
    front; so it is opened and made an editor, unless the preferences are open in it already.
    """
    manager = bpy.context.window_manager
    taken = any(a.type == "PREFERENCES" for w in manager.windows for a in w.screen.areas)
    with bpy.context.temp_override(window=manager.windows[0]):
        bpy.ops.wm.window_new() if taken else bpy.ops.screen.userpref_show()
    area = manager.windows[-1].screen.areas[0]
    area.type = "TEXT_EDITOR"
    space = area.spaces.active
    space.show_word_wrap = True
    space.show_line_numbers = space.show_syntax_highlight = False
    return area
