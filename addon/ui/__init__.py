"""What an artist sees: properties, operators, panels, lists and preferences."""

from __future__ import annotations

from contextlib import ExitStack

import bpy

from . import (
    generate_panel,
    job_operators,
    jobs_panel,
    object_panel,
    part_operators,
    preferences,
    properties,
    pump,
    server_operators,
    status_panel,
    submit_operators,
)

MODULES = (
    properties,
    preferences,
    submit_operators,
    part_operators,
    job_operators,
    server_operators,
    status_panel,
    generate_panel,
    object_panel,
    jobs_panel,
)
"""In the order of registration, which is also that of the panels in the tab."""


_undo = ExitStack()


def register() -> None:
    """Make everything known to Blender. When a part fails, what was done before it is undone."""
    with ExitStack() as undo:
        for module in MODULES:
            for cls in module.CLASSES:
                bpy.utils.register_class(cls)
                undo.callback(bpy.utils.unregister_class, cls)
        properties.attach()
        undo.callback(properties.detach)
        pump.start()
        undo.callback(pump.stop)
        _undo.push(undo.pop_all())


def unregister() -> None:
    """Take everything back, in reverse."""
    _undo.close()
