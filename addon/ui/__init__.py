"""What an artist sees: properties, operators, panels, lists and preferences."""

from __future__ import annotations

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


def register() -> None:
    """Make everything known to Blender."""
    for module in MODULES:
        for cls in module.CLASSES:
            bpy.utils.register_class(cls)
    properties.attach()
    pump.start()


def unregister() -> None:
    """Take everything back, in reverse."""
    pump.stop()
    properties.detach()
    for module in reversed(MODULES):
        for cls in reversed(module.CLASSES):
            bpy.utils.unregister_class(cls)
