"""Buttons about the server on this computer; each is the remedy for some problem."""

from __future__ import annotations

import bpy

from ..core.server.control import Control
from ..core.server.profiles import LOCAL_KEY
from ..session import PACKAGE, current_session
from . import reports
from .operators import Action, confirm


def control() -> Control:
    """What does the work, in the background."""
    return current_session().control


class Downloading(Action):
    """Gets packages from the internet."""

    @classmethod
    def why_not(cls, context) -> str:
        if current_session().local.installing:
            return "The local server is being installed already"
        if not bpy.app.online_access:
            return "Allow online access in Preferences > System first; packages are downloaded"
        return ""


class POCKET3D_OT_server_install(Downloading, bpy.types.Operator):
    """Install the local server into its own environment (about 600 MB on disk, once)"""

    bl_idname = "pocket3d.server_install"
    bl_label = "Install"

    def act(self, context) -> None:
        control().install()


class POCKET3D_OT_server_update(Downloading, bpy.types.Operator):
    """Install this version's server beside the one in use, then change over. Jobs and files stay"""

    bl_idname = "pocket3d.server_update"
    bl_label = "Update"

    def act(self, context) -> None:
        control().update()


class POCKET3D_OT_cancel_install(Action, bpy.types.Operator):
    """Stop the installation and remove what it has made so far"""

    bl_idname = "pocket3d.cancel_install"
    bl_label = "Cancel Installation"

    @classmethod
    def why_not(cls, context) -> str:
        return "" if current_session().local.installing else "Nothing is being installed"

    def act(self, context) -> None:
        control().cancel_install()


class POCKET3D_OT_server_start(Action, bpy.types.Operator):
    """Start the local server"""

    bl_idname = "pocket3d.server_start"
    bl_label = "Start"

    def act(self, context) -> None:
        control().start()


class POCKET3D_OT_server_stop(Action, bpy.types.Operator):
    """Stop the local server. Its running jobs begin anew when it is started again"""

    bl_idname = "pocket3d.server_stop"
    bl_label = "Stop"

    def invoke(self, context, event):
        jobs = current_session().runner.listed
        if not any(job.profile == LOCAL_KEY and not job.state.finished for job in jobs):
            return self.execute(context)
        message = "Its running jobs begin anew when it is started again."
        return confirm(self, event, "Stop the local server?", message, "Stop", "QUESTION")

    def act(self, context) -> None:
        control().stop()


class POCKET3D_OT_server_check(Action, bpy.types.Operator):
    """Ask the server for its state"""

    bl_idname = "pocket3d.server_check"
    bl_label = "Reconnect"

    def act(self, context) -> None:
        current_session().check_now()


class POCKET3D_OT_dismiss(Action, bpy.types.Operator):
    """Show this message no longer"""

    bl_idname = "pocket3d.dismiss_message"
    bl_label = "Dismiss"

    def act(self, context) -> None:
        control().dismiss()


class POCKET3D_OT_server_uninstall(Action, bpy.types.Operator):
    """Remove the local server's environment. Its jobs and files stay"""

    bl_idname = "pocket3d.server_uninstall"
    bl_label = "Uninstall"

    def invoke(self, context, event):
        return confirm(self, event, "Uninstall the local server?", gain("environment"), "Uninstall")

    def act(self, context) -> None:
        control().uninstall()


class POCKET3D_OT_delete_server_data(Action, bpy.types.Operator):
    """Delete the local server's jobs, uploads and results for good. What is in your scenes stays"""

    bl_idname = "pocket3d.delete_server_data"
    bl_label = "Delete Data"

    def invoke(self, context, event):
        return confirm(self, event, "Delete the local server's data for good?", gain("data"), "Delete")

    def act(self, context) -> None:
        control().delete_data()


def gain(part: str) -> str:
    """What deleting a part of the local server brings."""
    size = control().sizes.get(part, "")
    return f"This frees {size}." if size else "It cannot be undone."


class POCKET3D_OT_allow_online(Action, bpy.types.Operator):
    """Let Blender and its extensions use the internet, as Preferences > System > Network has it"""

    bl_idname = "pocket3d.allow_online"
    bl_label = "Allow Online Access"

    @classmethod
    def why_not(cls, context) -> str:
        return (
            "Blender was started with --offline-mode; start it without"
            if bpy.app.online_access_override
            else ""
        )

    def act(self, context) -> None:
        bpy.ops.extensions.userpref_allow_online()
        current_session().check_now()


class POCKET3D_OT_open_preferences(Action, bpy.types.Operator):
    """Open the preferences of Pocket3D"""

    bl_idname = "pocket3d.open_preferences"
    bl_label = "Preferences"

    def act(self, context) -> None:
        bpy.ops.preferences.addon_show(module=PACKAGE)
        current_session().measure()


class POCKET3D_OT_open_log(Action, bpy.types.Operator):
    """Show the end of the local server's log in a text editor"""

    bl_idname = "pocket3d.open_log"
    bl_label = "Show Log"

    def act(self, context) -> None:
        control().read_log()
        reports.when_idle(lambda: reports.show_text("Pocket3D Server Log", control().log))


class POCKET3D_OT_diagnose(Action, bpy.types.Operator):
    """Check everything that the local server needs, and show a report"""

    bl_idname = "pocket3d.diagnose"
    bl_label = "Diagnose"

    def act(self, context) -> None:
        control().diagnose(bpy.app.version_string)
        reports.when_idle(lambda: reports.pop_up("show_report"))


class POCKET3D_OT_show_report(bpy.types.Operator):
    """Show the last report about the local server"""

    bl_idname = "pocket3d.show_report"
    bl_label = "The Server on This Computer"
    bl_options = {"INTERNAL"}

    def invoke(self, context, event):
        return context.window_manager.invoke_popup(self, width=560)

    def draw(self, context):
        """The report and two buttons."""
        column = self.layout.column(align=True)
        for line in reports.rows(control().report):
            column.label(text=line.text, icon=line.icon, translate=False)
        row = self.layout.row(align=True)
        row.operator("pocket3d.copy_report", icon="COPYDOWN")
        row.operator("pocket3d.report_as_text", icon="TEXT")

    def execute(self, context):
        return {"FINISHED"}


class POCKET3D_OT_copy_report(Action, bpy.types.Operator):
    """Copy the report, to paste it into a message"""

    bl_idname = "pocket3d.copy_report"
    bl_label = "Copy"

    def act(self, context) -> None:
        context.window_manager.clipboard = control().report
        self.report({"INFO"}, "The report is in the clipboard")


class POCKET3D_OT_report_as_text(Action, bpy.types.Operator):
    """Show the report in a text editor"""

    bl_idname = "pocket3d.report_as_text"
    bl_label = "Open as Text"

    def act(self, context) -> None:
        reports.show_text("Pocket3D Report", control().report)


class POCKET3D_OT_reveal_server(Action, bpy.types.Operator):
    """Open the folder with the local server's logs and data"""

    bl_idname = "pocket3d.reveal_server"
    bl_label = "Open Folder"

    def act(self, context) -> None:
        folder = current_session().local.paths.home
        folder.mkdir(parents=True, exist_ok=True)
        reports.open_folder(folder)


CLASSES = (
    POCKET3D_OT_server_install,
    POCKET3D_OT_server_update,
    POCKET3D_OT_cancel_install,
    POCKET3D_OT_server_start,
    POCKET3D_OT_server_stop,
    POCKET3D_OT_server_check,
    POCKET3D_OT_dismiss,
    POCKET3D_OT_server_uninstall,
    POCKET3D_OT_delete_server_data,
    POCKET3D_OT_allow_online,
    POCKET3D_OT_open_preferences,
    POCKET3D_OT_open_log,
    POCKET3D_OT_diagnose,
    POCKET3D_OT_show_report,
    POCKET3D_OT_copy_report,
    POCKET3D_OT_report_as_text,
    POCKET3D_OT_reveal_server,
)
