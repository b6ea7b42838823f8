"""What operators share: a button is grey with a reason, a failure is said, and the panels are drawn again."""

from __future__ import annotations

import bpy

from ..core.errors import UserError, explain
from ..translations import say
from . import pump


class Greyed:
    """Can be pressed unless ``why_not`` gives a reason."""

    @classmethod
    def why_not(cls, context) -> str:
        """Why it cannot be pressed, as a sentence; empty when it can. Only reads memory."""
        return ""

    @classmethod
    def poll(cls, context):
        """Grey with the reason."""
        reason = cls.why_not(context)
        if reason:
            cls.poll_message_set(say(reason))
        return not reason


class Action(Greyed):
    """Does what ``act`` says; what the person can mend is reported."""

    bl_options = {"INTERNAL"}

    def execute(self, context):
        try:
            self.act(context)
        except (UserError, OSError) as error:
            self.report({"ERROR"}, say(explain(error).text))
            return {"CANCELLED"}
        pump.sync_list()
        pump.redraw()
        return {"FINISHED"}


def confirm(operator, event, title: str, message: str, button: str, icon: str = "WARNING"):
    """Ask before the operator is executed."""
    return bpy.context.window_manager.invoke_confirm(
        operator, event, title=title, message=message, confirm_text=button, icon=icon
    )
