"""Prompts: a line in the panel, a text in the Text Editor for long ones, and those that were used before."""

from __future__ import annotations

import bpy

from ..core.request.prompt_history import PromptHistory
from ..scene import compat
from ..session import current_session
from . import text_editor
from .drawing import IN_BOX, draw_text, shortened
from .operators import Action, confirm

NAMES = {"prompt": "Pocket3D Prompt", "paint_prompt": "Pocket3D Texture Prompt"}
"""The settings that hold a prompt, and the texts that are made for them."""
SHOWN = 160
"""Characters of a linked text that the panel shows."""

_history: PromptHistory | None = None


def history() -> PromptHistory:
    """The prompts that were used before."""
    global _history
    path = current_session().settings.home / "prompts.json"
    if _history is None or _history.path != path:
        _history = PromptHistory(path)
    return _history


def draw_prompt(layout, settings, name: str, placeholder: str) -> None:
    """The line or the beginning of the text, with the buttons beside it."""
    text = settings.linked_text(name)
    if text is not None:
        box = layout.box()
        words = settings.words(name)
        draw_text(box, shortened(words, SHOWN) or "The text is empty", margin=IN_BOX)
    row = layout.row(align=True)
    if text is None:
        compat.prompt_field(row, settings, name, placeholder)
    else:
        row.operator("pocket3d.edit_prompt", text=text.name, icon="TEXT").name = name
    if getattr(settings, f"{name}_text") is not None:
        row.prop(settings, f"use_{name}_text", text="", icon="LINKED" if text else "UNLINKED")
        row.operator("pocket3d.unlink_prompt", text="", icon="X").name = name
    if text is None:
        row.operator("pocket3d.edit_prompt", text="", icon="GREASEPENCIL").name = name
    row.operator("pocket3d.former_prompts", text="", icon="RECOVER_LAST").name = name


class OfPrompt:
    """What the operators share: which prompt they are about."""

    name: bpy.props.EnumProperty(items=[(n, n, "") for n in NAMES], options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context):
        """Needs a scene."""
        return context.scene is not None


class POCKET3D_OT_edit_prompt(OfPrompt, bpy.types.Operator):
    """Write the prompt in the Text Editor, over as many lines as it needs"""

    bl_idname = "pocket3d.edit_prompt"
    bl_label = "Edit in Text Editor"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    def execute(self, context):
        settings = context.scene.pocket3d
        text = getattr(settings, f"{self.name}_text")
        if text is None:
            text = bpy.data.texts.new(NAMES[self.name])
            text.write(getattr(settings, self.name))
            setattr(settings, f"{self.name}_text", text)
        setattr(settings, f"use_{self.name}_text", True)
        if not bpy.app.background:
            text_editor.show(text)
        return {"FINISHED"}


class POCKET3D_OT_unlink_prompt(OfPrompt, bpy.types.Operator):
    """Use the line in the panel again; the text stays in the file"""

    bl_idname = "pocket3d.unlink_prompt"
    bl_label = "Unlink Text"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    def execute(self, context):
        settings = context.scene.pocket3d
        setattr(settings, f"{self.name}_text", None)
        setattr(settings, f"use_{self.name}_text", False)
        return {"FINISHED"}


class POCKET3D_OT_former_prompts(OfPrompt, bpy.types.Operator):
    """Take one of the prompts that were used before"""

    bl_idname = "pocket3d.former_prompts"
    bl_label = "Recent Prompts"
    bl_options = {"INTERNAL"}

    def execute(self, context):
        history().load()
        menu = "POCKET3D_MT_prompts" if self.name == "prompt" else "POCKET3D_MT_paint_prompts"
        if not bpy.app.background:
            bpy.ops.wm.call_menu(name=menu)
        return {"FINISHED"}


class POCKET3D_OT_use_prompt(OfPrompt, bpy.types.Operator):
    """Use this prompt"""

    bl_idname = "pocket3d.use_prompt"
    bl_label = "Use Prompt"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    words: bpy.props.StringProperty(options={"SKIP_SAVE"})

    @classmethod
    def description(cls, context, properties):
        """All of it, as the menu may show its beginning only."""
        return properties.words

    def execute(self, context):
        settings = context.scene.pocket3d
        setattr(settings, f"use_{self.name}_text", False)
        setattr(settings, self.name, self.words)
        return {"FINISHED"}


class POCKET3D_OT_clear_prompts(Action, bpy.types.Operator):
    """Forget all prompts that were used before"""

    bl_idname = "pocket3d.clear_prompts"
    bl_label = "Forget All"

    def invoke(self, context, event):
        return confirm(self, event, "Forget all prompts?", "It cannot be undone.", "Forget")

    def act(self, context) -> None:
        history().clear()


class Prompts:
    """The prompts that were used before."""

    bl_label = "Recent Prompts"
    name = ""

    def draw(self, context):
        layout, prompts = self.layout, history().prompts
        if not prompts:
            layout.label(text="No prompt has been used yet", icon="INFO")
            return
        for words in prompts:
            button = layout.operator("pocket3d.use_prompt", text=shortened(words, 60), translate=False)
            button.name, button.words = self.name, words
        layout.separator()
        layout.operator("pocket3d.clear_prompts", icon="TRASH")


class POCKET3D_MT_prompts(Prompts, bpy.types.Menu):
    """For a mesh"""

    name = "prompt"


class POCKET3D_MT_paint_prompts(Prompts, bpy.types.Menu):
    """For a texture"""

    name = "paint_prompt"


CLASSES = (
    POCKET3D_OT_edit_prompt,
    POCKET3D_OT_unlink_prompt,
    POCKET3D_OT_former_prompts,
    POCKET3D_OT_use_prompt,
    POCKET3D_OT_clear_prompts,
    POCKET3D_MT_prompts,
    POCKET3D_MT_paint_prompts,
)
