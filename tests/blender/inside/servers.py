"""The list of servers, the strip in every state, and the preferences."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import bpy
from drawing import Recorder, draw_one, stand_in
from support import module


def preferences() -> Any:
    return bpy.context.preferences.addons[module("session").PACKAGE].preferences


@contextmanager
def own_choice() -> Iterator[Any]:
    """Without the environment's server; the list is emptied afterwards."""
    url = os.environ.pop("POCKET3D_BASE_URL")
    try:
        yield preferences()
    finally:
        os.environ["POCKET3D_BASE_URL"] = url
        preferences().servers.clear()
        preferences().server = "local"


def drawn_preferences() -> tuple[str, list[str]]:
    texts: list[str] = []
    operators: list[str] = []
    own = preferences()
    type(own).draw(stand_in_for(own, Recorder(texts, operators)), bpy.context)
    return "\n".join(texts), operators


def stand_in_for(own: Any, layout: Recorder) -> Any:
    """The preferences with another layout; Blender lends the real one only while it draws."""

    class Lent:
        def __getattr__(self, name: str) -> Any:
            return layout if name == "layout" else getattr(own, name)

    return Lent()


def strip() -> tuple[str, list[str]]:
    texts: list[str] = []
    operators: list[str] = []
    draw_one(bpy.types.POCKET3D_PT_status, Recorder(texts, operators))
    return "\n".join(texts), operators


def check_the_environment_comes_first_and_is_said() -> None:
    session = module("session").current_session()
    assert session.connection.profile.url == os.environ["POCKET3D_BASE_URL"]
    assert "POCKET3D_BASE_URL" in drawn_preferences()[0]
    assert not bpy.ops.pocket3d.use_server.poll()


def check_servers_are_added_chosen_duplicated_and_removed() -> None:
    current = module("session").current_session
    with own_choice() as own:
        assert current().connection.profile.key == "local"
        assert not bpy.ops.pocket3d.remove_server.poll()
        assert "Other Servers" in drawn_preferences()[0]
        bpy.ops.pocket3d.add_server()
        row = own.servers[0]
        row.name, row.url, row.key = "Studio", "http://127.0.0.1:9/", "secret"
        assert current().connection.profile.key == "local"
        bpy.ops.pocket3d.use_server(ident=row.ident)
        profile = current().connection.profile
        assert (profile.key, profile.secret(), profile.name) == ("http://127.0.0.1:9", "secret", "Studio")
        bpy.ops.pocket3d.duplicate_server()
        assert [s.name for s in own.servers] == ["Studio", "Studio Copy"]
        assert len({s.ident for s in own.servers}) == 2
        texts, operators = drawn_preferences()
        assert "Studio Copy" in texts
        assert {"pocket3d.test_server", "pocket3d.use_server", "pocket3d.diagnose"} <= set(operators)
        assert "secret" not in texts
        assert "Studio" in strip()[0]

        own.server_index = 0
        assert current().connection_for("http://127.0.0.1:9") is current().connection
        bpy.ops.pocket3d.remove_server()
        assert own.server == "local"
        assert current().connection.profile.key == "local"
        bpy.ops.pocket3d.remove_server()
        problem = refusal(lambda: current().connection_for("http://127.0.0.1:9"))
        assert "no longer in the preferences" in problem.message
        assert problem.remedy is module("core.errors").Remedy.PREFERENCES


def refusal(act: Callable[[], Any]) -> Any:
    """The problem with which something is refused."""
    try:
        act()
    except module("core.errors").UserError as error:
        return module("core.errors").explain(error)
    raise AssertionError("it was not refused")


def check_nothing_breaks_where_the_extension_has_no_preferences() -> None:
    preferences_ = module("ui.preferences")
    real = preferences_.of_this_extension
    preferences_.of_this_extension = lambda: None
    try:
        draw_one(bpy.types.POCKET3D_MT_servers, Recorder([], []))
        strip()
        for name in ("use_server", "remove_server", "duplicate_server", "test_server"):
            assert not getattr(bpy.ops.pocket3d, name).poll(), name
    finally:
        preferences_.of_this_extension = real


def check_the_strip_in_every_state() -> None:
    connection, errors, installer = (
        module("core.server.connection"),
        module("core.errors"),
        module("core.server.installer"),
    )
    with own_choice():
        session = module("session").current_session()
        link, control = session.connection, session.control
        light, status, remedy = connection.Light, connection.Status, errors.Remedy

        def shown(state: Any) -> tuple[str, list[str]]:
            link._status = state
            return strip()

        texts, operators = shown(
            status(light.READY, "This Computer", "Ready · RTX 4090, 18 GB free · 2 jobs")
        )
        assert "Ready" in texts
        assert set(operators) == {"pocket3d.use_server", "pocket3d.server_check", "pocket3d.open_preferences"}
        texts, operators = shown(
            status(
                light.READY,
                "This Computer",
                "Ready",
                remedy.UPDATE,
                note="An update of the local server is ready",
            )
        )
        assert "An update" in texts
        assert "pocket3d.server_update" in operators
        for way in remedy:
            texts, operators = shown(status(light.OFFLINE, "This Computer", "It broke", way))
            assert "It broke" in texts
            assert len(operators) > 3 or way in {remedy.NONE, remedy.RETRY}, way
        assert {"pocket3d.server_start", "pocket3d.diagnose"} <= set(
            shown(status(light.OFFLINE, "This Computer", "It broke", remedy.LOG))[1]
        )
        try:
            link.local._step = installer.Step("Getting numpy", 0.45)
            link.local._installation = object()
            texts, operators = strip()
            assert "45%" in texts
            assert "pocket3d.cancel_install" in operators
            assert not bpy.ops.pocket3d.server_install.poll()
            assert bpy.ops.pocket3d.cancel_install.poll()
        finally:
            link.local._step = link.local._installation = None
        control.problem = errors.Problem("The disk is full", remedy.INSTALL)
        texts, operators = strip()
        assert "The disk is full" in texts
        bpy.ops.pocket3d.dismiss_message()
        control.notice = "The new server is used later"
        assert "used later" in strip()[0]
        bpy.ops.pocket3d.dismiss_message()
        assert "used later" not in strip()[0]


def check_what_fits_is_shown() -> None:
    wordings = module("ui.status_panel").wordings
    assert wordings("Ready · RTX 4090, 18 GB free · 2 jobs") == (
        "Ready · RTX 4090, 18 GB free · 2 jobs",
        "Ready · 18 GB free · 2 jobs",
        "Ready · 2 jobs",
    )


def check_a_report_is_made_and_shown() -> None:
    session = module("session").current_session()
    diagnosis = module("core.server.diagnosis")
    session.control.report = report = diagnosis.diagnose(session.local, "test")
    for words in ("Python to install with", "not installed", "No server runs", "Disk:", "client 0.1.0"):
        assert words in report, (words, report)
    texts: list[str] = []
    operators: list[str] = []
    cls = module("ui.server_operators").POCKET3D_OT_show_report
    drawn = stand_in(cls, layout=Recorder(texts, operators))
    drawn.draw(bpy.context)
    assert any("not installed" in t for t in texts)
    assert {"pocket3d.copy_report", "pocket3d.report_as_text"} <= set(operators)


def check_every_remedy_has_a_button_that_exists() -> None:
    remedies, errors = module("ui.drawing").REMEDIES, module("core.errors")
    for remedy in set(errors.Remedy) - {errors.Remedy.NONE, errors.Remedy.RETRY}:
        category, name = remedies[remedy][0].split(".")
        assert getattr(getattr(bpy.ops, category), name).get_rna_type()
