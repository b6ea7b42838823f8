"""What an artist sees: properties, operators, panels, lists and preferences."""

from __future__ import annotations

from contextlib import ExitStack

import bpy

from . import (
    asset_operators,
    compare_operators,
    file_handlers,
    gallery_state,
    generate_panel,
    job_operators,
    jobs_panel,
    making,
    model_chooser,
    model_operators,
    model_parameters,
    models_panel,
    object_panel,
    overlay,
    part_operators,
    picture_slots,
    preferences,
    profile_operators,
    prompt_text,
    properties,
    provenance_panel,
    pump,
    result_operators,
    results_panel,
    server_operators,
    status_bar,
    status_panel,
    submit_operators,
    thumbnails,
)

MODULES = (
    properties,
    preferences,
    thumbnails,
    making,
    model_parameters,
    model_chooser,
    model_operators,
    picture_slots,
    prompt_text,
    overlay,
    file_handlers,
    submit_operators,
    part_operators,
    job_operators,
    status_bar,
    gallery_state,
    result_operators,
    compare_operators,
    asset_operators,
    server_operators,
    profile_operators,
    status_panel,
    models_panel,
    generate_panel,
    object_panel,
    provenance_panel,
    jobs_panel,
    results_panel,
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
            if hasattr(module, "attach"):  # what is more than classes
                module.attach()
                undo.callback(module.detach)
        pump.start()
        undo.callback(pump.stop)
        _undo.push(undo.pop_all())


def unregister() -> None:
    """Take everything back, in reverse."""
    _undo.close()
