"""The extension's preferences: which servers there are and which one is used, and the server on this computer."""

from __future__ import annotations

import os
import uuid
from dataclasses import replace

import bpy
from bpy.props import BoolProperty, CollectionProperty, IntProperty, StringProperty

from ..core.errors import Remedy
from ..core.files import size_text
from ..core.server.profiles import LOCAL_KEY, Kind, Profile
from ..session import PACKAGE, current_session
from . import models_panel, status_panel
from .drawing import draw_problem, draw_text


def _changed(self, context) -> None:
    current_session().check_now()


class POCKET3D_PG_server(bpy.types.PropertyGroup):
    """A server that runs somewhere else, or that the person starts."""

    ident: StringProperty(options={"HIDDEN"})
    name: StringProperty(name="Name", description="What you call it", default="New Server")
    url: StringProperty(
        name="Address",
        description="For example https://api.pocket3d.studio or http://192.168.1.20:7263",
        update=_changed,
    )
    key: StringProperty(
        name="Key",
        description="API key or token, or $NAME for the environment variable of that name. "
        "Kept in Blender's preferences, never in a .blend file",
        subtype="PASSWORD",
        update=_changed,
    )


class POCKET3D_AP_preferences(bpy.types.AddonPreferences):
    """Drawn under Edit > Preferences > Add-ons."""

    bl_idname = PACKAGE

    server: StringProperty(default=LOCAL_KEY, update=_changed, options={"HIDDEN"})
    servers: CollectionProperty(type=POCKET3D_PG_server)
    server_index: IntProperty(options={"HIDDEN"})
    python: StringProperty(
        name="Python",
        description="Interpreter that the local server's environment is made from. Empty: Blender's own",
        subtype="FILE_PATH",
    )
    start_with_blender: BoolProperty(
        name="Start the server with Blender",
        description="Otherwise it starts by itself with the first job",
    )
    neural_models: BoolProperty(
        name="Neural models (PyTorch)",
        description="The next installation, update or repair of the server also gets PyTorch, which TRELLIS, "
        "Hunyuan3D-Paint, PartField and UniRig need. It takes several gigabytes",
    )
    show_placeholders: BoolProperty(
        name="Show running jobs in the viewport",
        description="A box where the result will be, which fills with the progress",
        default=True,
    )

    def draw(self, context) -> None:
        """The chosen server's state, the list of servers, the server on this computer."""
        layout = self.layout
        status_panel.draw_status(layout.box(), preferences_button=False)
        if os.environ.get("POCKET3D_BASE_URL"):
            draw_text(layout, "The environment variable POCKET3D_BASE_URL sets the server", "INFO")
        draw_servers(layout, self)
        header, body = layout.panel("pocket3d_models", default_closed=True)
        header.label(text="Models")
        if body is not None:
            models_panel.draw_models(body)
        draw_local(layout, self)
        draw_results(layout)
        layout.prop(self, "show_placeholders")


def draw_servers(layout, preferences) -> None:
    """The list of remote servers and the fields of the active one."""
    layout.separator()
    layout.label(text="Other Servers")
    row = layout.row()
    row.template_list("POCKET3D_UL_servers", "", preferences, "servers", preferences, "server_index", rows=3)
    buttons = row.column(align=True)
    buttons.operator("pocket3d.add_server", text="", icon="ADD")
    buttons.operator("pocket3d.remove_server", text="", icon="REMOVE")
    buttons.separator()
    buttons.operator("pocket3d.duplicate_server", text="", icon="DUPLICATE")
    if not 0 <= preferences.server_index < len(preferences.servers):
        return
    server = preferences.servers[preferences.server_index]
    column = layout.column()
    column.use_property_split = True
    column.use_property_decorate = False
    column.prop(server, "name")
    column.prop(server, "url", placeholder="https://api.pocket3d.studio")
    column.prop(server, "key")
    draw_trial(layout, Profile(Kind.REMOTE, server.url.strip(), server.key.strip(), server.name))


def draw_trial(layout, profile: Profile) -> None:
    """The button that tries a server, and what came of it."""
    trial = current_session().control.trials.get((profile.url, profile.token))
    row = layout.row()
    row.enabled = trial is None or not trial.running
    row.operator(
        "pocket3d.test_server", icon="URL", text="Testing…" if trial and trial.running else "Test Connection"
    )
    if trial is None:
        return
    column = layout.column(align=True)
    column.scale_y = 0.8
    for number, line in enumerate(trial.lines):
        column.label(text=line, icon="CHECKMARK" if number == 0 else "BLANK1", translate=False)
    if trial.problem is not None:
        here = trial.problem.remedy is Remedy.PREFERENCES  # no button leads to where one is
        draw_problem(layout, replace(trial.problem, remedy=Remedy.NONE) if here else trial.problem)


def draw_local(layout, preferences) -> None:
    """Everything about the server on this computer."""
    session = current_session()
    local, sizes = session.local, session.control.sizes
    layout.separator()
    layout.label(text="The Server on This Computer")
    if local.found is not None:
        facts = [f"Version {local.found.version}", *(f"{part} {size}" for part, size in sizes.items())]
        layout.label(text=" · ".join(facts), icon="INFO", translate=False)
    column = layout.column()
    column.use_property_split = True
    column.use_property_decorate = False
    column.prop(preferences, "start_with_blender")
    column.prop(preferences, "neural_models")
    column.prop(preferences, "python", placeholder="Blender's own")
    row = layout.row(align=True)
    if local.installing:
        row.operator("pocket3d.cancel_install", icon="X")
    elif local.found is None:
        row.operator("pocket3d.server_install", icon="IMPORT")
    else:
        row.operator("pocket3d.server_start", icon="PLAY")
        row.operator("pocket3d.server_stop", icon="SNAP_FACE")
        row.operator("pocket3d.server_update", icon="FILE_REFRESH", text="Repair")
    row = layout.row(align=True)
    row.operator("pocket3d.diagnose", icon="VIEWZOOM")
    row.operator("pocket3d.open_log", icon="TEXT")
    row.operator("pocket3d.reveal_server", icon="FILE_FOLDER")
    if local.found is not None or sizes:
        row = layout.row(align=True)
        row.operator("pocket3d.server_uninstall", icon="TRASH")
        row.operator("pocket3d.delete_server_data", icon="TRASH")


def draw_results(layout) -> None:
    """What all results take on disk; nothing of it goes by itself."""
    runner = current_session().runner
    layout.separator()
    layout.label(text="Results")
    row = layout.row()
    row.operator("pocket3d.clean_up_results", icon="TRASH")
    facts = [f"{len(runner.results)}", *([size_text(runner.size)] if runner.size is not None else [])]
    row.label(text=" · ".join(facts), translate=False)


class POCKET3D_UL_servers(bpy.types.UIList):
    """The remote servers; a dot marks the one in use."""

    def draw_item(self, context, layout, data, item, icon, active, active_property, index=0, flt_flag=0):
        """Name and address."""
        used = data.server == item.ident
        row = layout.row(align=True)
        button = row.operator(
            "pocket3d.use_server", text="", icon="RADIOBUT_ON" if used else "RADIOBUT_OFF", emboss=False
        )
        button.ident = item.ident
        row.label(text=item.name or item.url or "New Server", translate=False)
        sub = row.row()
        sub.active = False
        sub.label(text=item.url, translate=False)


def of_this_extension():
    """The preferences, None where the extension is not enabled as an add-on."""
    addon = bpy.context.preferences.addons.get(PACKAGE)
    return addon.preferences if addon else None


def add(name: str, url: str = "", key: str = ""):
    """A new row in the list, made the active one."""
    preferences = of_this_extension()
    row = preferences.servers.add()
    row.ident = uuid.uuid4().hex
    row.name = name
    row.url, row.key = url, key
    preferences.server_index = len(preferences.servers) - 1
    bpy.context.preferences.is_dirty = True
    return row


CLASSES = (POCKET3D_PG_server, POCKET3D_UL_servers, POCKET3D_AP_preferences)
