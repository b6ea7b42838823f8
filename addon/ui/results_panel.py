"""The gallery: pictures of what was made, and what can be done with the chosen one."""

from __future__ import annotations

import time

import bpy

from ..core.jobs import gallery
from ..core.jobs.job import Job
from ..scene import comparing
from ..session import current_session
from ..translations import say
from . import compare_operators, gallery_state, thumbnails
from .drawing import IN_BOX, Sidebar, draw_text, text_width, ui_scale
from .jobs_panel import FEATURE_ICONS

NARROW_CELL = 92
"""Pixels, at scale 1, that a picture should at least have."""
WIDGET = 20
"""Height of a button at scale 1, the unit of icon sizes."""
NO_PICTURE = bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items["FILE_3D"].value


def columns(width: float) -> int:
    """How many pictures stand in a row."""
    return min(max(int(width / (NARROW_CELL * ui_scale())), 2), 6)


class POCKET3D_PT_results(Sidebar, bpy.types.Panel):
    """What was made."""

    bl_label = "Results"

    @classmethod
    def poll(cls, context):
        """Only when there is something."""
        runner = current_session().runner
        return bool(runner.unreadable or runner.results)

    def draw(self, context):
        """The filter, a page of pictures, and the chosen result."""
        layout, state = self.layout, gallery_state.state(context)
        draw_unreadable(layout, len(current_session().runner.unreadable))
        row = layout.row(align=True)
        row.prop(state, "scope", expand=True)
        row.prop(state, "feature", text="", icon_only=True)
        results = gallery_state.results(context)
        if len(results) > 12 or state.words:
            layout.prop(state, "words", text="", icon="VIEWZOOM", placeholder="Search")
        if not results:
            draw_text(layout, "Nothing here yet", "INFO")
        width = text_width(margin=36)
        across = columns(width)
        size = across * max(2, -(-6 // across))
        page = min(state.page, gallery.pages(len(results), size) - 1)
        draw_grid(layout, gallery.page_of(results, page, size), across, width / across, state.chosen)
        draw_turning(layout, page, size, len(results))
        job = gallery_state.chosen(context)
        if job is not None:
            draw_chosen(layout.box(), context, job)


def draw_grid(layout, jobs: list[Job], across: int, width: float, chosen: str) -> None:
    """Pictures with their names below, which are the buttons to choose them."""
    scale = width / (WIDGET * ui_scale()) * 0.94
    results = current_session().runner.results
    grid = layout.grid_flow(row_major=True, columns=across, even_columns=True, even_rows=True, align=False)
    for job in jobs:
        letter = gallery.letter(results, job)
        draw_picture(
            grid, job, scale, f"{letter} · {job.task.title}" if letter else job.task.title, job.key == chosen
        )
    for _ in range(-len(jobs) % across if len(jobs) < across else 0):
        grid.column()  # keeps a few pictures as small as many


def draw_unreadable(layout, count: int) -> None:
    """What became of results whose records are damaged."""
    if not count:
        return
    several = f"The records of {count} results are damaged, so they are not shown here. Their files are kept"
    one = "The record of a result is damaged, so it is not shown here. Its files are kept"
    box = layout.box()
    draw_text(box, several if count > 1 else one, "ERROR", IN_BOX)
    row = box.row(align=True)
    row.operator("pocket3d.reveal_unreadable", icon="FILE_FOLDER")
    row.operator("pocket3d.dismiss_unreadable", text="", icon="X")


def draw_picture(layout, job: Job, scale: float, name: str, chosen: bool) -> None:
    """One cell."""
    cell = layout.column(align=True)
    cell.template_icon(icon_value=thumbnails.icon_for(job.preview) or NO_PICTURE, scale=scale)
    cell.operator("pocket3d.choose_result", text=name, translate=False, depress=chosen).key = job.key


def draw_turning(layout, page: int, size: int, count: int) -> None:
    """Buttons to turn the page, when there are several."""
    if count <= size:
        return
    row = layout.row(align=True)
    back, middle, on = row.row(align=True), row.row(), row.row(align=True)
    back.enabled, on.enabled = page > 0, (page + 1) * size < count
    middle.alignment = "CENTER"
    back.operator("pocket3d.turn_page", text="", icon="TRIA_LEFT").page = page - 1
    shown = f"{page * size + 1}–{min((page + 1) * size, count)} of {count}"
    middle.label(text=say(shown), translate=False)
    on.operator("pocket3d.turn_page", text="", icon="TRIA_RIGHT").page = page + 1


def draw_chosen(layout, context: bpy.types.Context, job: Job) -> None:
    """The chosen result: what it is, and the buttons."""
    row = layout.row()
    row.label(text=job.task.title, translate=False, icon=FEATURE_ICONS[job.task.feature])
    icons = row.row(align=True)
    icons.operator("pocket3d.reveal_result", text="", icon="FILE_FOLDER", emboss=False)
    icons.operator("pocket3d.export_result", text="", icon="EXPORT", emboss=False)
    icons.operator("pocket3d.delete_result", text="", icon="TRASH", emboss=False)
    prompt = gallery.prompt_of(job)
    if prompt and prompt.lower() != job.task.title.lower():
        draw_text(layout, f"“{prompt}”", margin=IN_BOX)
    facts = layout.column(align=True)
    for line in gallery.facts(job, time.time()):
        draw_text(facts, line, margin=IN_BOX)
    for note in job.notes:
        draw_text(layout, note, "INFO", IN_BOX)
    draw_variants(layout, context, job)
    draw_buttons(layout)


def draw_buttons(layout) -> None:
    """What can be done with the chosen result."""
    main = layout.column(align=True)
    main.scale_y = 1.2
    main.operator("pocket3d.add_result", icon="ADD")
    main.operator("pocket3d.replace_with_result", icon="UV_SYNC_SELECT")
    more = layout.column(align=True)
    row = more.row(align=True)
    row.operator("pocket3d.regenerate", icon="FILE_REFRESH")
    row.operator("pocket3d.vary", icon="MOD_NOISE")
    more.operator("pocket3d.copy_settings", icon="COPYDOWN")
    more.operator("pocket3d.save_asset", icon="ASSET_MANAGER")


def draw_variants(layout, context: bpy.types.Context, job: Job) -> None:
    """The variants of the same request side by side, and the buttons to compare them in the scene."""
    same = gallery.variants_of(current_session().runner.results, job)
    if len(same) < 2:
        return
    first = max(min(same.index(job) - 1, len(same) - 4), 0)
    some = same[first : first + 4]
    scale = min(text_width() / len(some) / (WIDGET * ui_scale()), 6)
    row = layout.row(align=True)
    for variant in some:
        draw_picture(row, variant, scale, gallery.letter(same, variant), variant is job)
    found = list(compare_operators.variants(context).values()) if compare_operators.under_way(context) else []
    number = comparing.shown(found)
    column = layout.column(align=True)
    row = column.row(align=True)
    if number is None:
        row.operator("pocket3d.compare", icon="HIDE_OFF")
        return
    row.operator("pocket3d.compare", text="", icon="TRIA_LEFT").step = -1
    shown = f"{number + 1} of {len(found)} shown"
    row.operator("pocket3d.compare", text=say(shown), translate=False).step = 1
    row.operator("pocket3d.compare", text="", icon="TRIA_RIGHT").step = 1
    row = column.row(align=True)
    row.operator("pocket3d.keep_variant", icon="CHECKMARK")
    row.operator("pocket3d.show_variants", icon="HIDE_OFF")


CLASSES = (POCKET3D_PT_results,)
