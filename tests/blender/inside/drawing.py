"""Every panel drawn against a layout that records and checks what it is told."""

from __future__ import annotations

from types import FunctionType
from typing import Any

import bpy
from support import cube, module, params

LAYOUT = bpy.types.UILayout.bl_rna
ICONS = set(LAYOUT.functions["label"].parameters["icon"].enum_items.keys())
NESTED = {"row", "column", "split", "box", "grid_flow", "column_flow", "menu_pie"}
PAIRS = {
    "property": "data",
    "search_property": "search_data",
    "active_property": "active_data",
    "propname": "dataptr",
    "active_propname": "active_dataptr",
}
"""Parameters that name a property, and those with what has it."""


class Asked:
    """Stands for the properties of a button's operator: only those that it has can be set."""

    def __init__(self, idname: str) -> None:
        category, name = idname.split(".")
        self.__dict__["known"] = getattr(getattr(bpy.ops, category), name).get_rna_type().properties.keys()

    def __setattr__(self, name: str, value: Any) -> None:
        assert name in self.known, name


class Recorder:
    """Stands for a UILayout: every function, option, property, operator, menu and icon must exist."""

    def __init__(self, texts: list[str], operators: list[str]) -> None:
        self.__dict__.update(texts=texts, operators=operators)

    def __setattr__(self, name: str, value: Any) -> None:
        assert name in LAYOUT.properties, name

    def __getattr__(self, function: str) -> Any:
        assert function in LAYOUT.functions, f"layouts have no {function}"

        def call(*arguments: Any, **options: Any) -> Any:
            inputs = [p.identifier for p in LAYOUT.functions[function].parameters if not p.is_output]
            for name in options:
                assert name in inputs, f"{function}() has no {name}"
            told = dict(zip(inputs, arguments, strict=False)) | options
            assert len(told) == len(arguments) + len(options), f"{function}() is told something twice"
            self._check(told)
            return self._answer(function, told)

        return call

    def _new(self) -> Recorder:
        return Recorder(self.texts, self.operators)

    def _check(self, told: dict[str, Any]) -> None:
        assert told.get("icon", "NONE") in ICONS, told["icon"]
        for name in ("text", "heading", "placeholder"):
            if told.get(name):
                self.texts.append(told[name])
        for name, owner in PAIRS.items():
            if name in told and told.get(owner) is not None:
                assert told[name] in told[owner].bl_rna.properties, (told[owner], told[name])
        for name in ("menu", "panel"):
            if name in told:
                assert hasattr(bpy.types, told[name]), told[name]

    def _answer(self, function: str, told: dict[str, Any]) -> Any:
        if function in NESTED:
            return self._new()
        if function in {"panel", "panel_prop"}:
            return self._new(), self._new()  # open, so that its content is drawn too
        if function in {"operator", "operator_menu_enum", "operator_enum"}:
            self.operators.append(told["operator"])
            return Asked(told["operator"])
        if function in {"popover", "menu", "menu_contents"}:
            draw_one(getattr(bpy.types, told.get("panel") or told["menu"]), self._new())
        if function == "template_list":
            self._rows(told)
        return None

    def _rows(self, told: dict[str, Any]) -> None:
        cls = getattr(bpy.types, told["listtype_name"])
        items = getattr(told["dataptr"], told["propname"])
        row = stand_in(cls, layout_type="DEFAULT", filter_name="", bitflag_filter_item=1 << 30)
        if hasattr(cls, "filter_items"):
            shown, order = row.filter_items(bpy.context, told["dataptr"], told["propname"])
            assert len(shown) in {0, len(items)}
            assert sorted(order) in ([], list(range(len(items))))
        for number, item in enumerate(items):
            owner, active = told["active_dataptr"], told["active_propname"]
            row.draw_item(bpy.context, self._new(), told["dataptr"], item, 0, owner, active, number)


def stand_in(cls: type, **attributes: Any) -> Any:
    """An object with a class's own functions, which Blender alone could make an instance of."""
    own = {
        name: value
        for base in reversed(cls.__mro__)
        if base.__module__.startswith("bl_ext.")
        for name, value in vars(base).items()
        if isinstance(value, (FunctionType, classmethod, staticmethod, property, str, set))
        and name not in {"__module__", "__doc__"}
    }
    return type(cls.__name__, (), own | attributes)()


def draw_one(cls: type, layout: Recorder) -> None:
    """Draw a panel, a menu or a popover."""
    if not cls.__module__.startswith("bl_ext."):
        return  # Blender's own
    drawn = stand_in(cls, layout=layout, is_popover=False)
    for method in ("draw_header", "draw_header_preset", "draw"):
        if hasattr(drawn, method):
            getattr(drawn, method)(bpy.context)


def draw_all() -> tuple[str, list[str]]:
    """Draw what the artist would see; returns all texts and the operators."""
    texts: list[str] = []
    operators: list[str] = []
    for module_ in module("ui").MODULES:
        for cls in module_.CLASSES:
            if issubclass(cls, (bpy.types.Panel, bpy.types.Menu)):
                poll = getattr(cls, "poll", None)
                if poll is None or poll(bpy.context):
                    draw_one(cls, Recorder(texts, operators))
    return "\n".join(texts), operators


def check_an_empty_scene() -> None:
    texts, operators = draw_all()
    assert "Select a mesh object" in texts
    assert "pocket3d.generate" in operators
    assert "pocket3d.rig" in operators  # grey, with the reason


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
    jobs, errors = module("core.jobs.job"), module("core.errors")
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
    runner.revision += 1
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
