"""Without a window: the command line and the Python API."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from support import counts, cube, module


def command(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON answer of a command line, which must be all that it prints on stdout."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        code = module("cli").main([*arguments, "--json"])
    return code, json.loads(out.getvalue())


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A throwaway folder."""
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


def steps(*arguments: str, seconds: float = 0.2, count: int = 500) -> tuple[str, ...]:
    """A job that goes on for long."""
    return (
        *("generate", "--prompt", "a cube", "--model", "test_steps"),
        *("--parameter", f"steps={count}", "--parameter", f"seconds={seconds}", *arguments),
    )


def check_from_prompt_to_rig() -> None:
    with folder() as path:
        blend, glb = path / "made.blend", path / "made.glb"
        code, answer = command(
            *("generate", "--prompt", "a cube", "--model", "test_steps", "--location", "1", "0", "0"),
            *("--out", str(glb), "--seed", "7"),
        )
        assert (code, answer["status"]) == (0, "completed"), answer
        assert glb.read_bytes()[:4] == b"glTF"
        name = answer["objects"][0]
        assert tuple(bpy.data.objects[name].matrix_world.translation) == (1, 0, 0)
        for arguments in (
            ("texture", "--prompt", "red", "--model", "test_paint"),
            ("segment", "--model", "test_halves"),
            ("rig", "--model", "test_bones", "--save", str(blend)),
        ):
            code, answer = command(*arguments, "--object", name)
            assert code == 0, answer
        assert answer["saved"] == str(blend)
        bpy.ops.wm.open_mainfile(filepath=str(blend))
        obj = bpy.data.objects[name]
        history = module("core.jobs.provenance").from_text(bpy.data.objects[answer["objects"][0]]["pocket3d"])
        assert history[-1]["feature"] == "auto_rigging"
        assert obj.find_armature() is not None
        code, answer = command("segment", "--model", "test_halves", "--save", "--object", name)
        assert (code, answer["saved"]) == (0, str(blend)), answer


def check_wrong_command_lines() -> None:
    cube().name = "Cube"
    for arguments, words in (
        (("rig", "--object", "Nothing"), "There is no object 'Nothing'"),
        (("paint",), "invalid choice: 'paint'"),
        (("generate",), "Describe what you want"),
        (("generate", "--prompt", "x" * 2001), "longer than 2000"),
        (("generate", "--image", "none.png"), "none.png was not found"),
        (("generate", "--prompt", "a", "--quality", "best"), "invalid choice: 'best'"),
        (("generate", "--prompt", "a", "--placement", "replace"), "belong together"),
        (("generate", "--prompt", "a", "--save"), "no file was opened"),
        (("generate", "--prompt", "a", "--save", "/no/where.blend"), "there is no folder"),
        (("generate", "--prompt", "a", "--out", "a.obj"), "should end in .glb"),
        (("generate", "--prompt", "a", "--parameter", "steps"), "should be NAME=VALUE"),
        (("generate", "--prompt", "a", "--timeout", "0"), "more than 0"),
        (("generate", "--prompt", "a", "--profile", "Nobody"), "There is no server 'Nobody'"),
        (("batch", "none.csv"), "There is no file"),
        (("batch", "prompts.xlsx"), "should end in .csv"),
        (("jobs", "fetch", "nothing"), "No job begins with"),
        (("jobs", "cancel"), "say --all"),
    ):
        before = counts()
        code, answer = command(*arguments)
        assert code == answer["exit_code"] == 2, (arguments, answer)
        assert words in answer["error"]["message"], (arguments, answer)
        assert counts() == before


def check_what_cannot_be_meant_is_refused_before_anything_is_sent() -> None:
    cube()
    known = len(module("session").current_session().runner.jobs)
    for arguments, words in (
        (("generate", "--prompt", "a cup", "--location", "nan", "0", "0"), "'nan' is no number"),
        (("generate", "--prompt", "a cup", "--timeout", "soon"), "'soon' is no number"),
        (("generate", "--prompt", "a cup", "--seed", "x"), "'x' is no whole number"),
        (("generate", "--prompt", "a cup", "--seed", "-1"), "The seed should be from 0"),
        (("generate", "--prompt", "a cup", "--no-wait", "--save", "cup.blend"), "--no-wait and --save"),
        (("rig", "--bones", "0"), "The number of bones should be from 1 to 256, not 0"),
        (
            ("generate", "--prompt", "a cup", "--faces", "3"),
            "The number of faces should be from 16 to 2000000, not 3",
        ),
        (("texture", "--prompt", "oak", "--intensity", "7"), "The intensity should be from 0 to 1, not 7.0"),
        (("segment", "--min-part-size", "0"), "The smallest part should be from 1"),
    ):
        code, answer = command(*arguments)
        assert code == 2, (arguments, answer)
        assert words in answer["error"]["message"], answer
    api = module("api")
    assert (
        "three numbers" in raised(lambda: api.submit_generate("a cup", location=(1, float("nan"), 0))).message
    )
    assert (
        "There is no quality draft" in raised(lambda: api.submit_generate("a cup", quality="draft")).message
    )
    assert len(module("session").current_session().runner.jobs) == known


def check_help_is_no_error() -> None:
    parser = module("cli.arguments").parser()
    for arguments in (["--help"], *([c, "--help"] for c in ("generate", "batch", "jobs", "server"))):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            assert module("cli").main(arguments) == 0
        assert "usage: blender -b [FILE] --command pocket3d" in out.getvalue()
    assert parser.prog in parser.format_usage()


def check_what_fails_says_why() -> None:
    code, answer = command("generate", "--prompt", "a cube", "--model", "test_refuses")
    assert code == 1, answer
    assert answer["error"]["message"] == "The prompt names nothing", answer
    assert answer["error"]["remedy"] == "Name an object"
    code, answer = command("generate", "--prompt", "a cube", "--profile", "http://127.0.0.1:9")
    assert code == 3, answer
    assert answer["error"]["remedy"]
    module("api").use_server("")
    assert command("status")[0] == 0


def check_time_runs_out() -> None:
    code, answer = command(*steps("--timeout", "1"))
    assert code == 124, answer
    assert not bpy.data.objects
    key = module("api").jobs()[0].key
    assert module("api.jobs").find(key).state == "cancelled"


def check_left_to_the_server_and_fetched_later() -> None:
    code, answer = command(*steps("--no-wait", seconds=0.05, count=5))
    assert (code, answer["status"]) == (0, "submitted"), answer
    key, job_id = answer["jobs"][0]["key"], answer["jobs"][0]["job_id"]
    assert job_id
    module("core.session").close_session()  # that Blender ends
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    listed = {j["key"]: j for j in command("jobs", "list")[1]["jobs"]}
    assert listed[key]["job_id"] == job_id
    code, answer = command("jobs", "fetch", key[:8])
    assert code == 0, answer
    assert answer["objects"] == ["A cube"]
    again = command("jobs", "fetch", key)[1]  # one more of it, from the disk
    assert again["objects"] == ["A cube.001"], again


def check_cancel_by_key() -> None:
    answer = command(*steps("--no-wait"))[1]
    key = answer["jobs"][0]["key"]
    code, answer = command("jobs", "cancel", key)
    assert (code, answer["jobs"][0]["status"]) == (0, "cancelled"), answer


def check_variants_and_placement() -> None:
    bpy.context.scene.cursor.location = (5, 0, 0)
    code, answer = command(
        *("generate", "--prompt", "a cube", "--model", "test_steps", "--variants", "3", "--name", "Box")
    )
    assert code == 0, answer
    assert len(set(answer["objects"])) == 3
    bpy.context.view_layer.update()
    apart = sorted(bpy.data.objects[n].matrix_world.translation.x for n in answer["objects"])
    assert min(np.diff(apart)) > 0.9, apart
    code, answer = command(
        *("generate", "--prompt", "a cube", "--model", "test_steps", "--placement", "origin")
    )
    first = bpy.data.objects[answer["objects"][0]]
    assert first.matrix_world.translation.length < 1e-6
    wish = ("--placement", "replace", "--object", first.name)
    code, answer = command("generate", "--prompt", "a cube", "--model", "test_steps", *wish)
    assert code == 0, answer
    assert first.hide_get()
    assert bpy.data.objects[answer["objects"][0]].matrix_world.translation.length < 1e-6


def check_several_objects() -> None:
    names = []
    for number in range(2):
        obj = cube(location=(3 * number, 0, 0))
        obj.name = f"Cube {number}"
        names += ["--object", obj.name]
    code, answer = command("segment", "--model", "test_halves", *names)
    assert (code, len(answer["jobs"])) == (0, 2), answer
    code, answer = command("rig", "--model", "test_bones", *names)
    assert (code, len(answer["jobs"])) == (0, 1), answer
    armature = bpy.data.objects[answer["objects"][0]]
    assert armature.type == "ARMATURE"
    assert all(o.find_armature() == armature for o in bpy.data.objects if o.type == "MESH")


def check_the_models_and_the_server() -> None:
    answer = command("models", "--for", "rig")[1]
    ready = {m["model_id"]: m["ready"] for m in answer["models"]}
    assert ready["test_bones"]
    assert {m["feature"] for m in answer["models"]} == {"auto_rigging"}
    code, answer = command("server", "status")
    assert (code, answer["installed"], answer["running"]) == (0, False, False), answer
    assert "not installed" in command("server", "diagnose")[1]["report"]
    assert command("server", "log")[0] == 0
    assert command("server", "stop")[1]["was_running"] is False
    code, answer = command("generate", "--prompt", "a cube", "--profile", "local")
    assert code == 3, answer
    assert "server install" in answer["error"]["remedy"], answer
    module("api").use_server("")


def check_the_api_reads_well() -> None:
    api = module("api")
    seen: list[float] = []
    chair = api.generate(
        "a wooden chair", location=(2, 0, 0), quality="low", on_progress=lambda job: seen.append(job.progress)
    )
    assert chair.name == "A wooden chair"
    assert seen == sorted(seen)
    assert seen[-1] == 1
    assert api.texture(chair, "walnut", model="test_paint") == chair
    assert "Seat" in " ".join(api.segment(chair))
    rig = api.rig(chair, character="generic", model="test_bones")
    assert rig.type == "ARMATURE"
    assert chair.find_armature() == rig


def raised(work: Callable[[], object]) -> Any:
    """The error that a script would catch."""
    try:
        work()
    except module("api").Error as error:
        return error
    raise AssertionError("nothing was raised")


def check_the_api_with_several_jobs() -> None:
    api = module("api")
    jobs = [api.submit_generate("a cube", model=m) for m in ("test_steps", "test_refuses", "test_steps")]
    objects = api.wait(jobs, raises=False)
    assert [o is not None for o in objects] == [True, False, True]
    assert api.made(jobs[0])[0] == objects[0]
    error = raised(lambda: api.wait(jobs))
    assert (error.message, error.remedy) == ("The prompt names nothing", "Name an object")
    assert error.code == "INVALID_INPUT"
    slow = api.submit_generate("a cube", model="test_steps", parameters={"steps": 500, "seconds": 0.2})
    assert raised(lambda: api.wait([slow], timeout=1)).code == "WAIT_TIMEOUT"
    assert not slow.state.finished
    api.cancel(slow)
    assert slow.state == "cancelled"
    assert slow.told


def check_an_interrupt_cancels() -> None:
    api = module("api")
    job = api.submit_generate("a cube", model="test_steps", parameters={"steps": 500, "seconds": 0.2})

    def stop(job: Any) -> None:
        if job.state == "running":
            raise KeyboardInterrupt

    with contextlib.suppress(KeyboardInterrupt):
        api.wait([job], on_progress=stop)
    assert job.state == "cancelled"
    assert job.told


def boxes(names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest corner of each object with all that hangs on it."""
    bpy.context.view_layer.update()
    low, high = [], []
    for name in names:
        found = module("scene.placing").bounds([bpy.data.objects[name]])
        low.append(tuple(found[0]))
        high.append(tuple(found[1]))
    return np.array(low), np.array(high)


def overlapping(names: list[str]) -> bool:
    """Whether any two objects stand in each other."""
    low, high = boxes(names)
    inside = (low[:, None] < high[None] - 1e-4).all(axis=2) & (high[:, None] > low[None] + 1e-4).all(axis=2)
    return bool((inside & ~np.eye(len(names), dtype=bool)).any())


def check_a_batch_becomes_objects() -> None:
    with folder() as path:
        file = path / "batch.csv"
        cube(location=(0, 0, 1)).name = "In the way"
        file.write_text(
            "prompt,model,texture_prompt,texture_resolution,segment,rig,location,name,count,quality\n"
            "a chair,test_steps,,,,,,Chair,2,low\n"
            "a table,test_steps,oak,512,yes,,,,,low\n"
            "a ball,test_steps,,,,generic,,Walker,,low\n"
            "a cube,test_steps,,,,,9 9 1,,,\n"
            "a cube,test_refuses,,,,,,,,\n"
        )
        code, answer = command("batch", str(file), "--grid", "2", "--save", str(path / "shelf.blend"))
        assert (code, answer["done"], answer["failed"]) == (4, 5, 1), answer
        entries = {e["line"]: e for e in answer["entries"]}
        assert entries[6]["error"]["message"] == "The prompt names nothing"
        assert [j["step"] for j in entries[3]["jobs"]] == ["generate", "texture", "segment"]
        assert np.allclose(bpy.data.objects[entries[5]["object"]].matrix_world.translation, (9, 9, 1))
        assert bpy.data.objects["Walker"].find_armature() is not None
        names = [e["object"] for e in answer["entries"] if e["object"]]
        assert not overlapping([*names, "In the way"]), boxes(names)
        report = json.loads((path / "batch.report.json").read_text())
        assert (report["done"], report["blend"]) == (5, str(path / "shelf.blend"))
        again_mended(path, file, names)


def again_mended(path: Path, file: Path, names: list[str]) -> None:
    """What failed is mended and made, what is there stays, and what a hand has moved stays where it is."""
    bpy.ops.wm.open_mainfile(filepath=str(path / "shelf.blend"))
    before = len(bpy.data.objects)
    bpy.data.objects[names[0]].location = (-9, -9, 3)
    bpy.data.objects.remove(bpy.data.objects[names[1]])
    file.write_text(file.read_text().replace("test_refuses", "test_steps"))
    code, answer = command("batch", str(file), "--grid", "2", "--resume", str(path / "batch.report.json"))
    assert (code, answer["done"]) == (0, 6), answer
    assert len(bpy.data.objects) == before + 1, answer  # the deleted one, fetched again, and the mended one
    assert np.allclose(bpy.data.objects[names[0]].location, (-9, -9, 3))
    assert not overlapping([e["object"] for e in answer["entries"]])


def check_a_batch_that_cannot_be_sent() -> None:
    with folder() as path:
        file = path / "batch.csv"
        file.write_text("prompt,seed\na cube,1\na hat,many\n,3\n")
        code, answer = command("batch", str(file))
        assert code == 2, answer
        assert answer["error"]["code"] == "BAD_BATCH"
        err = io.StringIO()
        with contextlib.redirect_stderr(err):
            module("cli").main(["batch", str(file)])
        assert "line 3: seed" in err.getvalue()
        assert "line 4: describe" in err.getvalue()
        assert not bpy.data.objects
        assert command("batch", str(file), "--save", str(path / "never.blend"))[0] == 2
        assert not (path / "never.blend").exists()
        file.write_text("prompt\na cube\n")
        assert command("batch", str(file), "--check")[1]["objects"] == 1
        code, answer = command("batch", str(file), "--profile", "http://127.0.0.1:9")
        assert (code, answer["exit_code"]) == (3, 3), answer
        assert not bpy.data.objects
        module("api").use_server("")
        code, answer = command("batch", str(file), "--model", "test_steps")
        assert (code, answer["done"]) == (0, 1), answer
