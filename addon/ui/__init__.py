"""What an artist sees: properties, operators, panels, lists and preferences."""

from __future__ import annotations

import bpy

from . import lists, operators, panels, preferences, properties, pump, server_operators

MODULES = (properties, preferences, lists, operators, server_operators, panels)


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
