"""Every panel drawn against a layout that records and checks what it is told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import bpy
from support import cube, module, params

ICONS = set(bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items.keys())


class Recorder:
    """Stands for a UILayout: every property, operator and icon must exist."""

    def __init__(self, texts: list[str], operators: list[str]) -> None:
        self.__dict__.update(texts=texts, operators=operators)

    def __setattr__(self, name: str, value: Any) -> None:
        assert name in bpy.types.UILayout.bl_rna.properties, name

    def _check(self, function: str, options: dict[str, Any]) -> None:
        known = bpy.types.UILayout.bl_rna.functions[function].parameters.keys()
        for name in options:
            assert name in known, f"{function}() has no {name}"
        assert options.get("icon", "NONE") in ICONS, options["icon"]
        if options.get("text"):
            self.texts.append(options["text"])

    def _nested(self, function: str, **options: Any) -> Recorder:
        self._check(function, options)
        return Recorder(self.texts, self.operators)

    def row(self, **o: Any) -> Recorder:
        return self._nested("row", **o)

    def column(self, **o: Any) -> Recorder:
        return self._nested("column", **o)

    def split(self, **o: Any) -> Recorder:
        return self._nested("split", **o)

    def box(self, **o: Any) -> Recorder:
        return self._nested("box", **o)

    def label(self, **o: Any) -> None:
        self._check("label", o)

    def progress(self, **o: Any) -> None:
        self._check("progress", o)

    def separator(self, **o: Any) -> None:
        self._check("separator", o)

    def prop(self, data: Any, name: str, **o: Any) -> None:
        assert name in data.bl_rna.properties, (data, name)
        self._check("prop", o)

    def operator(self, idname: str, **o: Any) -> SimpleNamespace:
        category, name = idname.split(".")
        assert getattr(getattr(bpy.ops, category), name).get_rna_type(), idname
        self._check("operator", o)
        self.operators.append(idname)
        return SimpleNamespace()

    def template_list(
        self, kind: str, list_id: str, data: Any, name: str, active: Any, index: str, **o: Any
    ) -> None:
        cls = getattr(bpy.types, kind)
        assert name in data.bl_rna.properties
        for item in getattr(data, name):
            cls.draw_item(None, bpy.context, self, data, item, 0, active, index)


def draw_all() -> tuple[str, list[str]]:
    """Draw what the artist would see; returns all texts and the operators."""
    texts: list[str] = []
    operators: list[str] = []
    for module_ in module("ui").MODULES:
        for cls in module_.CLASSES:
            if (
                issubclass(cls, bpy.types.Panel) and cls.poll(bpy.context)
                if hasattr(cls, "poll")
                else issubclass(cls, bpy.types.Panel)
            ):
                panel = SimpleNamespace(layout=Recorder(texts, operators))
                panel.columns = lambda panel=panel: panel.layout
                for method in ("draw_header_preset", "draw"):
                    if method in vars(cls):
                        getattr(cls, method)(panel, bpy.context)
    return "\n".join(texts), operators


def check_an_empty_scene() -> None:
    texts, operators = draw_all()
    assert "Select a mesh object" in texts
    assert "pocket3d.generate" in operators
    assert "pocket3d.rig" not in operators


def check_a_mesh_with_pictures() -> None:
    obj = cube()
    settings = bpy.context.scene.pocket3d
    settings.source = settings.paint_source = "IMAGE"
    texts, operators = draw_all()
    assert "6 faces" in texts
    assert {"pocket3d.texture", "pocket3d.segment", "pocket3d.rig"} <= set(operators)
    module("scene.parts").store_names(obj, ["Head", "Body"])
    assert "2 parts: Head, Body" in draw_all()[0]


def check_edit_mode_is_explained() -> None:
    cube()
    bpy.ops.object.mode_set(mode="EDIT")
    assert "Leave Edit Mode first" in draw_all()[0]
    bpy.ops.object.mode_set(mode="OBJECT")


def check_jobs_in_every_state() -> None:
    jobs, errors = module("core.jobs"), module("core.errors")
    runner = module("session").current_session().runner
    for state in jobs.State:
        job = jobs.Job(jobs.Task(f"A {state.value} cup", params().MeshParams(text_prompt="a cup")))
        job.update({"state": state, "progress": 0.4, "stage": "baking_texture"})
        job.notes.append("It is only nearly a cup")
        if state is jobs.State.FAILED:
            job.problem = errors.Problem(
                "The queue is full", errors.Remedy.RETRY, "QUEUE_FULL", "request req_1"
            )
        runner.jobs[job.key] = job
    module("ui.pump").sync_list()
    manager = bpy.context.window_manager
    for index in range(len(manager.pocket3d_jobs)):
        manager.pocket3d_job_index = index
        texts, operators = draw_all()
        if runner.jobs[manager.pocket3d_jobs[index].key].state is jobs.State.RUNNING:
            assert "Baking texture · 40%" in texts
    manager.pocket3d_job_index = [r.key for r in manager.pocket3d_jobs].index(
        next(k for k, j in runner.jobs.items() if j.state is jobs.State.FAILED)
    )
    texts, operators = draw_all()
    assert "The queue is full" in texts
    assert {"pocket3d.retry_job", "pocket3d.copy_details", "pocket3d.cancel_job"} <= set(operators)


def check_every_remedy_has_a_button() -> None:
    errors, drawing = module("core.errors"), module("ui.drawing")
    for remedy in errors.Remedy:
        operators: list[str] = []
        drawing.draw_problem(Recorder([], operators), errors.Problem("It broke", remedy))
        assert operators or remedy in {errors.Remedy.NONE, errors.Remedy.RETRY}, remedy


def check_the_preferences() -> None:
    name = module("session").PACKAGE
    preferences = bpy.context.preferences.addons[name].preferences
    for kind in ("LOCAL", "REMOTE"):
        preferences.server_kind = kind
        texts: list[str] = []
        stand_in = SimpleNamespace(layout=Recorder(texts, []), server_kind=kind, bl_rna=preferences.bl_rna)
        type(preferences).draw(stand_in, bpy.context)
        assert any("POCKET3D_BASE_URL" in t for t in texts)
    preferences.server_kind = "LOCAL"
