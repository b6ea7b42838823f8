"""Models: their settings as properties, saved and changed; the list with its buttons, against the running server."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
from drawing import Recorder
from support import module

WEIGHTED = "test_weighted"


def model(model_id: str, **properties: Any) -> Any:
    """A model with these settings, as far as properties are made of it."""
    return SimpleNamespace(model_id=model_id, parameters={"properties": properties})


def number(default: float, **limits: Any) -> dict[str, Any]:
    return {"type": "number", "default": default, **limits}


FIRST = model(
    "some-model 1",
    steps={"type": "integer", "default": 25, "minimum": 1, "maximum": 100, "description": "How often"},
    guidance=number(7.5, minimum=0, maximum=20),
    fine={"type": "boolean", "default": True},
    mode={"enum": ["fast", "slow"], "default": "slow"},
    size={"enum": [512, 1024], "default": 1024},
    note={"type": "string", "default": "", "maxLength": 5},
    up={"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3, "default": [0, 0, 1]},
    limit={"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "default": None},
    unknown={"type": "object"},
)


def group(scene: bpy.types.Scene | None = None) -> Any:
    container = (scene or bpy.context.scene).pocket3d_models
    return getattr(container, module("core.request.schema").identifier(FIRST.model_id))


def check_settings_become_properties() -> None:
    parameters = module("ui.model_parameters")
    scene = bpy.context.scene
    assert parameters.values(scene, FIRST.model_id) == {}, "nothing is there before the server is known"
    parameters.attach([FIRST])
    assert parameters.values(scene, FIRST.model_id) == {}
    here = group()
    assert (here.p_steps, here.p_mode, here.p_size, tuple(here.p_up)) == (25, "slow", "1024", (0, 0, 1))
    steps = here.bl_rna.properties["p_steps"]
    assert (steps.hard_min, steps.hard_max, steps.default, steps.description) == (1, 100, 25, "How often")
    here.p_steps = 1000
    here.p_guidance = 0.1
    here.p_fine = False
    here.p_mode, here.p_size = "fast", "512"
    here.p_note = "too long"
    here.p_up = (0.2, 0, 0)
    here.p_limit = 7
    assert parameters.values(scene, FIRST.model_id) == {
        "steps": 100,
        "guidance": 0.1,
        "fine": False,
        "mode": "fast",
        "size": 512,
        "note": "too l",
        "up": [0.2, 0.0, 0.0],
    }
    here.use_p_limit = True
    assert parameters.values(scene, FIRST.model_id)["limit"] == 7
    texts: list[str] = []
    assert parameters.draw(Recorder(texts, []), scene, FIRST.model_id)
    assert not parameters.draw(Recorder(texts, []), scene, "nobody")
    parameters.reset(scene, FIRST.model_id)
    assert parameters.values(scene, FIRST.model_id) == {}
    parameters.detach()


def check_values_survive_a_file_that_was_saved_without_them() -> None:
    parameters = module("ui.model_parameters")
    path = str(Path(tempfile.mkdtemp()) / "values.blend")
    parameters.attach([FIRST])
    group().p_steps, group().p_mode, group().p_up = 40, "fast", (1, 0, 0)
    expected = parameters.values(bpy.context.scene, FIRST.model_id)
    bpy.ops.wm.save_as_mainfile(filepath=path)
    parameters.detach()
    assert not hasattr(bpy.types.Scene, "pocket3d_models")
    bpy.ops.wm.open_mainfile(filepath=path)
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    parameters.attach([FIRST])
    assert parameters.values(bpy.context.scene, FIRST.model_id) == expected, parameters.values(
        bpy.context.scene, FIRST.model_id
    )
    parameters.detach()


def check_a_changed_schema_keeps_what_fits() -> None:
    parameters = module("ui.model_parameters")
    parameters.attach([FIRST])
    here, scene = group(), bpy.context.scene
    here.p_steps, here.p_guidance, here.p_mode, here.p_size = 40, 15.0, "fast", "512"
    parameters.attach([])
    assert parameters.values(scene, FIRST.model_id)["steps"] == 40, "a model that is gone may come back"
    changed = model(
        FIRST.model_id,
        steps={"type": "integer", "default": 10, "minimum": 1, "maximum": 50},
        guidance=number(5, minimum=0, maximum=10),
        mode={"enum": ["new", "slow"], "default": "slow"},
        size={"enum": [256, 512, 1024], "default": 256},
        fine={"enum": ["yes", "no"], "default": "yes"},
    )
    parameters.attach([changed])
    assert parameters.values(scene, FIRST.model_id) == {"steps": 40, "size": 512}
    assert group().p_mode == "slow"
    assert group().p_guidance == 5
    parameters.detach()


def check_a_file_of_before_is_mended_when_it_is_opened() -> None:
    parameters = module("ui.model_parameters")
    path = str(Path(tempfile.mkdtemp()) / "old.blend")
    parameters.attach([FIRST])
    group().p_steps, group().p_mode = 90, "fast"
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    steps = {"type": "integer", "default": 10, "minimum": 1, "maximum": 50}
    parameters.attach(
        [model(FIRST.model_id, steps=steps, mode={"enum": ["fast", "slow"], "default": "slow"})]
    )
    bpy.ops.wm.open_mainfile(filepath=path)
    assert (group().p_steps, group().p_mode) == (10, "fast")
    parameters.detach()


def check_nothing_stays_behind() -> None:
    parameters = module("ui.model_parameters")
    parameters.attach([FIRST, model("other", x=number(1))])
    assert [name for name in dir(bpy.types) if "POCKET3D_PG_p_" in name] or bpy.app.version
    parameters.detach()
    parameters.detach()
    assert not hasattr(bpy.types.Scene, "pocket3d_models")
    assert "pocket3d_models" not in bpy.types.Scene.bl_rna.properties


def seen(model_id: str = WEIGHTED) -> Any:
    """The model as the session has it."""
    return module("session").current_session().models.get(model_id)


def ask() -> Any:
    """The session, with the server's models just read."""
    session = module("session").current_session()
    client = session.connection.connect()
    session.models.refresh(client, force=True)
    return session


def drawn() -> tuple[str, list[str]]:
    texts: list[str] = []
    operators: list[str] = []
    module("ui.models_panel").draw_models(Recorder(texts, operators))
    return "\n".join(texts), operators


def fixes(model_id: str = WEIGHTED) -> list[str]:
    """The buttons beside the chooser for a model that is not ready."""
    operators: list[str] = []
    module("ui.models_panel").draw_fix(Recorder([], operators), seen(model_id))
    return operators


def wait_until(condition: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, (seen(), ask().models.problems)
        time.sleep(0.05)


def idle() -> bool:
    return not module("session").current_session().models.busy(WEIGHTED)


def check_from_the_licence_to_the_model_and_back() -> None:
    """Every button, as an artist presses them one after the other."""
    session = ask()
    words = module("core.request.model_words")
    operators = bpy.ops.pocket3d
    module("ui.model_parameters").follow(session.models)
    assert words.label(seen()) == "Test weighted"
    assert words.state_of(seen()) == "licence"
    text, buttons = drawn()
    assert "pocket3d.accept_model_licence" in buttons
    assert fixes() == ["pocket3d.accept_model_licence"]
    assert fixes("test_huge") == ["pocket3d.show_models"]
    assert "Built-in text kit" in text
    assert "400 GB" in text, "why another one cannot run here"
    assert operators.accept_model_licence(model_id=WEIGHTED, person="Ada") == {"CANCELLED"}
    assert operators.accept_model_licence(model_id=WEIGHTED, agreed=True) == {"CANCELLED"}
    wait_until(idle)
    assert not seen().licence_terms.accepted
    try:
        operators.accept_model_licence(model_id=WEIGHTED, person="Ada", agreed=True)
        wait_until(lambda: idle() and seen().licence_terms.accepted)
        assert seen().licence_terms.accepted_by == "Ada"
        assert words.state_text(seen()) == "3 MB to download"
        text, buttons = drawn()
        assert "pocket3d.install_model" in buttons
        assert fixes()[0] == "pocket3d.install_model"
        assert ("pocket3d.remove_model" in buttons) == bool(seen().weights.downloaded)
        if not bpy.app.online_access:
            assert "pocket3d.allow_online" in buttons
            assert not operators.install_model.poll()
            bpy.context.preferences.system.use_online_access = True
        assert operators.install_model.poll()
        operators.install_model(model_id=WEIGHTED)
        wait_until(lambda: idle() and seen().ready)
        assert "pocket3d.remove_model" in drawn()[1]
        values = module("ui.model_parameters").values(bpy.context.scene, WEIGHTED)
        assert values == {}
        operators.remove_model(model_id=WEIGHTED)
        wait_until(lambda: idle() and words.state_of(seen()) == "download")
    finally:
        session.connection.connect().models.withdraw_licence(WEIGHTED)
        module("ui.model_parameters").detach()


def check_who_lacks_pytorch_is_led_to_it() -> None:
    """The extension's own server gets it by a switch and a repair; elsewhere it is the operator's."""
    session, panel = ask(), module("ui.models_panel")
    profiles = module("core.server.profiles")
    bare = SimpleNamespace(
        model_id="unirig",
        feature="auto_rigging",
        ready=False,
        missing_code="EXTRA",
        reason="PyTorch, which it needs, is not installed.",
        weights=None,
        licence_terms=None,
        may_manage=True,
        estimated_time="about 1 minute",
    )
    used, listed = session.connection.profile, session.models.models
    try:
        session.models.models = (bare,)
        for profile, button in ((profiles.Profile(), True), (used, False)):
            session.connection.profile = profile
            text, buttons = drawn()
            assert "Needs PyTorch" in text
            assert ("pocket3d.open_preferences" in buttons) is button, profile
            assert ("installed on the server" in text) is not button
            shown: list[str] = []
            panel.draw_fix(Recorder([], shown), bare)
            assert shown == ["pocket3d.open_preferences"] * button
    finally:
        session.connection.profile, session.models.models = used, listed


def check_a_failure_is_told_with_the_model() -> None:
    session = ask()
    session.models.act(session.connection.connect, WEIGHTED, "Starting", lambda c: c.models.install(WEIGHTED))
    wait_until(idle)
    problem = session.models.problems[WEIGHTED]
    assert "Cube Community Licence" in problem.message
    assert "Cube Community Licence" in drawn()[0]
    session.models.problems.clear()


def check_the_dialog_with_the_terms() -> None:
    ask()
    cls = module("ui.model_operators").POCKET3D_OT_accept_model_licence
    texts: list[str] = []
    rna = bpy.ops.pocket3d.accept_model_licence.get_rna_type()
    dialog = SimpleNamespace(layout=Recorder(texts, []), model=seen(), bl_rna=rna)
    cls.draw(dialog, bpy.context)
    said = " ".join(texts)
    assert "Cube Community Licence 1.0" in said
    assert "Non-commercial use only" in said
    assert "3 MB to download" in said
    assert "Read the Whole Licence" in said
