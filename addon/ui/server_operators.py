"""Buttons about the server on this computer; each is the remedy for some problem."""

from __future__ import annotations

import bpy

from ..core.errors import UserError, explain
from ..core.jobs.job import Job
from ..core.server.profiles import LOCAL_KEY
from ..session import PACKAGE, current_session
from ..translations import say
from . import pump, reports


class ServerOperator:
    """Acts on the session's control, which does the work in the background."""

    bl_options = {"INTERNAL"}

    def execute(self, context):
        self.act(current_session().control)
        pump.redraw()
        return {"FINISHED"}


def unfinished() -> list[Job]:
    """The jobs that still need a server."""
    return [job for job in current_session().runner.listed if not job.state.finished]


def may_install(cls) -> bool:
    """Whether packages may be downloaded now; says why not."""
    if current_session().local.installing:
        cls.poll_message_set("The local server is being installed already")
        return False
    if not bpy.app.online_access:
        cls.poll_message_set("Allow online access in Preferences > System first; packages are downloaded")
        return False
    return True


class POCKET3D_OT_server_install(ServerOperator, bpy.types.Operator):
    """Install the local server into its own environment (about 600 MB on disk, once)"""

    bl_idname = "pocket3d.server_install"
    bl_label = "Install"

    @classmethod
    def poll(cls, context):
        """Needs the internet."""
        return may_install(cls)

    def act(self, control) -> None:
        control.install()


class POCKET3D_OT_server_update(ServerOperator, bpy.types.Operator):
    """Install this version's server beside the one in use, then change over. Jobs and files stay"""

    bl_idname = "pocket3d.server_update"
    bl_label = "Update"

    @classmethod
    def poll(cls, context):
        """Needs the internet."""
        return may_install(cls)

    def act(self, control) -> None:
        control.update()


class POCKET3D_OT_cancel_install(ServerOperator, bpy.types.Operator):
    """Stop the installation and remove what it has made so far"""

    bl_idname = "pocket3d.cancel_install"
    bl_label = "Cancel Installation"

    @classmethod
    def poll(cls, context):
        """Only while one is under way."""
        if not current_session().local.installing:
            cls.poll_message_set("Nothing is being installed")
            return False
        return True

    def act(self, control) -> None:
        control.cancel_install()


class POCKET3D_OT_server_start(ServerOperator, bpy.types.Operator):
    """Start the local server"""

    bl_idname = "pocket3d.server_start"
    bl_label = "Start"

    def act(self, control) -> None:
        control.start()


class POCKET3D_OT_server_stop(ServerOperator, bpy.types.Operator):
    """Stop the local server. Its running jobs begin anew when it is started again"""

    bl_idname = "pocket3d.server_stop"
    bl_label = "Stop"

    def invoke(self, context, event):
        if not any(job.profile == LOCAL_KEY for job in unfinished()):
            return self.execute(context)
        return context.window_manager.invoke_confirm(
            self,
            event,
            title="Stop the local server?",
            message="Its running jobs begin anew when it is started again.",
            confirm_text="Stop",
            icon="QUESTION",
        )

    def act(self, control) -> None:
        control.stop()


class POCKET3D_OT_server_check(bpy.types.Operator):
    """Ask the server for its state"""

    bl_idname = "pocket3d.server_check"
    bl_label = "Reconnect"
    bl_options = {"INTERNAL"}

    def execute(self, context):
        current_session().check_now()
        return {"FINISHED"}


class POCKET3D_OT_dismiss(ServerOperator, bpy.types.Operator):
    """Show this message no longer"""

    bl_idname = "pocket3d.dismiss_message"
    bl_label = "Dismiss"

    def act(self, control) -> None:
        control.dismiss()


class POCKET3D_OT_server_uninstall(ServerOperator, bpy.types.Operator):
    """Remove the local server's environment. Its jobs and files stay"""

    bl_idname = "pocket3d.server_uninstall"
    bl_label = "Uninstall"

    def invoke(self, context, event):
        return confirm(self, context, event, "environment", "Uninstall the local server?", "Uninstall")

    def act(self, control) -> None:
        control.uninstall()


class POCKET3D_OT_delete_server_data(ServerOperator, bpy.types.Operator):
    """Delete the local server's jobs, uploads and results for good. What is in your scenes stays"""

    bl_idname = "pocket3d.delete_server_data"
    bl_label = "Delete Data"

    def invoke(self, context, event):
        return confirm(self, context, event, "data", "Delete the local server's data for good?", "Delete")

    def act(self, control) -> None:
        control.delete_data()


def confirm(operator, context, event, part: str, title: str, button: str):
    """Ask first, with the size that it is about."""
    size = current_session().control.sizes.get(part, "")
    message = f"This frees {size}." if size else "It cannot be undone."
    return context.window_manager.invoke_confirm(
        operator, event, title=title, message=message, confirm_text=button, icon="WARNING"
    )


class POCKET3D_OT_allow_online(bpy.types.Operator):
    """Let Blender and its extensions use the internet, as Preferences > System > Network has it"""

    bl_idname = "pocket3d.allow_online"
    bl_label = "Allow Online Access"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context):
        """Not against the command line."""
        if bpy.app.online_access_override:
            cls.poll_message_set("Blender was started with --offline-mode; start it without")
            return False
        return True

    def execute(self, context):
        bpy.ops.extensions.userpref_allow_online()
        current_session().check_now()
        return {"FINISHED"}


class POCKET3D_OT_open_preferences(bpy.types.Operator):
    """Open the preferences of Pocket3D"""

    bl_idname = "pocket3d.open_preferences"
    bl_label = "Preferences"
    bl_options = {"INTERNAL"}

    def execute(self, context):
        bpy.ops.preferences.addon_show(module=PACKAGE)
        current_session().measure()
        return {"FINISHED"}


class POCKET3D_OT_open_log(ServerOperator, bpy.types.Operator):
    """Show the end of the local server's log in a text editor"""

    bl_idname = "pocket3d.open_log"
    bl_label = "Show Log"

    def act(self, control) -> None:
        control.read_log()
        reports.when_idle(lambda: reports.show_text("Pocket3D Server Log", control.log))


class POCKET3D_OT_diagnose(ServerOperator, bpy.types.Operator):
    """Check everything that the local server needs, and show a report"""

    bl_idname = "pocket3d.diagnose"
    bl_label = "Diagnose"

    def act(self, control) -> None:
        control.diagnose(bpy.app.version_string)
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
        for line in reports.rows(current_session().control.report):
            column.label(text=line.text, icon=line.icon, translate=False)
        row = self.layout.row(align=True)
        row.operator("pocket3d.copy_report", icon="COPYDOWN")
        row.operator("pocket3d.report_as_text", icon="TEXT")

    def execute(self, context):
        return {"FINISHED"}


class POCKET3D_OT_copy_report(bpy.types.Operator):
    """Copy the report, to paste it into a message"""

    bl_idname = "pocket3d.copy_report"
    bl_label = "Copy"
    bl_options = {"INTERNAL"}

    def execute(self, context):
        context.window_manager.clipboard = current_session().control.report
        self.report({"INFO"}, "The report is in the clipboard")
        return {"FINISHED"}


class POCKET3D_OT_report_as_text(bpy.types.Operator):
    """Show the report in a text editor"""

    bl_idname = "pocket3d.report_as_text"
    bl_label = "Open as Text"
    bl_options = {"INTERNAL"}

    def execute(self, context):
        reports.show_text("Pocket3D Report", current_session().control.report)
        return {"FINISHED"}


class POCKET3D_OT_reveal_server(bpy.types.Operator):
    """Open the folder with the local server's logs and data"""

    bl_idname = "pocket3d.reveal_server"
    bl_label = "Open Folder"
    bl_options = {"INTERNAL"}

    def execute(self, context):
        folder = current_session().local.paths.home
        try:
            folder.mkdir(parents=True, exist_ok=True)
            reports.open_folder(folder)
        except (OSError, UserError) as error:
            self.report({"ERROR"}, say(explain(error).text))
            return {"CANCELLED"}
        return {"FINISHED"}


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
