"""Batch files: what is read, what is refused, and how things are laid out."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addon.core.batch import grid
from addon.core.batch.cells import COLUMNS
from addon.core.batch.items import BatchFileError, read_batch
from addon.core.batch.report import Outcome, new_report, read_report, take_up
from addon.core.errors import UserError

PNG = b"\x89PNG\r\n\x1a\n"


def write(folder: Path, content: str | bytes, name: str = "batch.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def problems(folder: Path, content: str, name: str = "batch.csv") -> list[str]:
    with pytest.raises(BatchFileError) as caught:
        read_batch(write(folder, content, name))
    return list(caught.value.problems)


class TestReading:
    """Every way of writing the same."""

    def test_all_columns(self, tmp_path: Path) -> None:
        (tmp_path / "cup.png").write_bytes(PNG)
        (tmp_path / "back.png").write_bytes(PNG)
        row = {
            "prompt": 'a "red", tall cup',
            "image": "cup.png; back.png",
            "name": "Cup",
            "location": "1, 2.5 -3",
            "quality": "low",
            "texture_resolution": "512",
            "seed": "7",
            "model": "builtin_image",
            "texture_prompt": "enamel",
            "style": "cartoon",
            "segment": "fine",
            "rig": "yes",
        }
        text = io.StringIO()
        writer = csv.DictWriter(text, row)
        writer.writeheader()
        writer.writerow(row)
        (item,) = read_batch(write(tmp_path, text.getvalue()))
        assert item.mesh.text_prompt == 'a "red", tall cup'
        assert [Path(i).name for i in item.mesh.images] == ["cup.png", "back.png"]
        assert (item.mesh.quality, item.mesh.texture_resolution, item.mesh.seed) == ("low", 512, 7)
        assert item.mesh.model_preference == "builtin_image"
        assert (item.name, item.title, item.location) == ("Cup", "Cup", (1, 2.5, -3))
        assert item.texture is not None
        assert (item.texture.text_prompt, item.texture.style) == ("enamel", "cartoon")
        assert item.segment is not None
        assert item.segment.segmentation_level == "fine"
        assert item.rig is not None
        assert item.rig.character_type is None
        assert [p.feature for p in item.steps] == [
            "mesh_generation",
            "texture_generation",
            "mesh_segmentation",
            "auto_rigging",
        ]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_as_spreadsheets_write_it(self, tmp_path: Path, encoding: str, delimiter: str) -> None:
        text = f'Prompt{delimiter}Texture Prompt\r\n"a Stuhl, groß{delimiter} rot"{delimiter}oak\r\n\r\n'
        (item,) = read_batch(write(tmp_path, text.encode(encoding)))
        assert item.mesh.text_prompt == f"a Stuhl, groß{delimiter} rot"
        assert item.texture is not None
        assert item.texture.text_prompt == "oak"

    def test_json_lines_and_lists_and_texts_say_the_same(self, tmp_path: Path) -> None:
        lines = read_batch(write(tmp_path, '"a cup"\n\n{"prompt": "a hat", "seed": null}\n', "a.jsonl"))
        listed = read_batch(write(tmp_path, '["a cup",\n{"Prompt": "a hat"}]', "a.json"))
        texts = read_batch(write(tmp_path, "a cup\n\na hat\n", "a.txt"))
        assert [i.key for i in lines] == [i.key for i in listed] == [i.key for i in texts]
        assert [i.line for i in lines] == [1, 3]

    def test_json_values_may_be_numbers_and_lists(self, tmp_path: Path) -> None:
        row = {"prompt": "a cup", "location": [1, 2, 3], "seed": 4, "rig": False, "segment": True}
        (item,) = read_batch(write(tmp_path, json.dumps(row), "a.jsonl"))
        assert (item.location, item.mesh.seed, item.rig) == ((1, 2, 3), 4, None)
        assert item.segment is not None

    def test_three_columns_for_a_place(self, tmp_path: Path) -> None:
        items = read_batch(write(tmp_path, "prompt,x,y,z\na cup,1,2,\na hat,,,\n"))
        assert [i.location for i in items] == [(1, 2, 0), None]

    def test_several_of_one_have_seeds_that_follow(self, tmp_path: Path) -> None:
        items = read_batch(write(tmp_path, "prompt,count,seed\na cup,3,5\na hat,2,\n"))
        assert [i.mesh.seed for i in items] == [5, 6, 7, None, None]
        assert len({i.key for i in items}) == 5

    def test_defaults_fill_what_a_row_leaves_empty(self, tmp_path: Path) -> None:
        path = write(tmp_path, "prompt,quality\na cup,high\na hat,\n")
        assert [i.mesh.quality for i in read_batch(path, {"quality": "low"})] == ["high", "low"]

    def test_a_key_goes_with_the_row_not_the_line(self, tmp_path: Path) -> None:
        before = read_batch(write(tmp_path, "prompt\na cup\na hat\na hat\n"))
        after = read_batch(write(tmp_path, "prompt\na hat\na bag\na cup\na hat\n"))
        assert {i.key for i in before} == {i.key for i in after if i.title != "a bag"}


class TestRefusals:
    """All that is wrong is said at once, with its line."""

    def test_every_bad_row(self, tmp_path: Path) -> None:
        text = "prompt,quality,seed,x,y\na cup,best,1,,\n,low,,,\na hat,low,1.5,1,\na bag,low,-1,nan,0\n"
        assert problems(tmp_path, text) == [
            "line 2: quality: 'best' is none of low, medium, high",
            "line 3: describe what you want, or choose an image",
            "line 4: seed: '1.5' is no whole number from 0 to 2147483647",
            "line 5: seed: '-1' is no whole number from 0 to 2147483647",
            "line 5: x: 'nan' is no number",
        ]

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            ("", "there is no row in it"),
            ("prompt\n", "there is no row in it"),
            ("a red cup\na hat\n", "line 1: the first line must name the columns"),
            ("prompt,qualty\na,b\n", "did you mean 'quality'?"),
            ("prompt,zzz\na,b\n", "the columns are prompt, image"),
            ("prompt,Prompt\na,b\n", "'prompt' is there twice"),
            ("prompt,seed\na, red cup,1\n", "line 2: it has 3 cells, the header 2"),
            ('prompt,seed\n"a red cup,1\n', "is a quote missing?"),
            ("prompt,count,location\na cup,2,1 2 3\n", "leave the place to the grid"),
            ("prompt,location\na cup,1 2\n", "write three numbers"),
            ("prompt,location,x,y\na cup,1 2 3,1,1\n", "give one of them"),
            ("prompt,x\na cup,1\n", "needs x and y"),
            ("prompt,style\na cup,cartoon\n", "add a texture_prompt"),
            ("image\nnone.png\n", "the image none.png was not found"),
            ("prompt\n" + "x" * 2001 + "\n", "longer than 2000"),
            ("prompt,count\na cup,101\n", "from 1 to 100"),
            ("prompt,rig\na cup,bird\n", "'bird' is none of yes, no, humanoid"),
        ],
    )
    def test_csv(self, tmp_path: Path, content: str, words: str) -> None:
        assert words in "\n".join(problems(tmp_path, content))

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            ('"a cup"\n{"prompt": \n', "line 2: it is no JSON"),
            ("[1, 2]", "entry 1: it is neither"),
            ("[" * 100_000, "it is no JSON"),
            ('{"prompt": 3}', "prompt: '3' is no text"),
            ('{"prompt": "a", "image": [1]}', "no names of files"),
            ('{"prompt": "a", "seed": true}', "no number"),
            ('{"prompt": "a", "seed": 1e999}', "no number"),
            ('{"prompt": "a", "colour": "red"}', "no column 'colour'"),
        ],
    )
    def test_json(self, tmp_path: Path, content: str, words: str) -> None:
        assert words in "\n".join(problems(tmp_path, content, "a.jsonl"))

    def test_files_that_are_none(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="There is no file"):
            read_batch(tmp_path / "none.csv")
        with pytest.raises(UserError, match=r"should end in .csv"):
            read_batch(write(tmp_path, "x", "a.xlsx"))
        with pytest.raises(UserError, match="save it as UTF-8"):
            read_batch(write(tmp_path, "prompt\nBär\n".encode("latin-1")))

    @settings(max_examples=300, deadline=None)
    @given(
        content=st.one_of(st.text(), st.binary(), st.text('",;\n\r[]{}:prompt 1')),
        suffix=st.sampled_from(["csv", "jsonl", "json", "txt"]),
    )
    def test_whatever_the_file_holds(self, tmp_path_factory: Any, content: str | bytes, suffix: str) -> None:
        data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        path = write(tmp_path_factory.getbasetemp(), data, f"fuzz.{suffix}")
        with contextlib.suppress(UserError):  # nothing else is ever raised
            items = read_batch(path)
            assert items
            assert len({i.key for i in items}) == len(items)

    cell = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(
        lambda t: bool(t.strip())
    )

    @settings(max_examples=200, deadline=None)
    @given(prompts=st.lists(cell, min_size=1, max_size=5), delimiter=st.sampled_from(",;\t|"))
    def test_any_prompt_comes_back(self, tmp_path_factory: Any, prompts: list[str], delimiter: str) -> None:
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerows([["prompt", "seed"], *([p, "1"] for p in prompts)])
        path = write(tmp_path_factory.getbasetemp(), text.getvalue(), "fuzz.csv")
        assert [i.mesh.text_prompt for i in read_batch(path)] == [p.strip() for p in prompts]


class TestGrid:
    """Where things stand."""

    @settings(deadline=None)
    @given(
        sizes=st.lists(st.tuples(*[st.floats(0.01, 100)] * 2), min_size=1, max_size=40),
        columns=st.integers(1, 50),
        spacing=st.one_of(st.none(), st.floats(0, 10)),
    )
    def test_nothing_overlaps(self, sizes: Any, columns: int, spacing: float | None) -> None:
        half = np.array(sizes) / 2
        middles = grid.centres(np.array(sizes), columns, spacing, (3, -4))
        apart = np.abs(middles[:, None] - middles[None]) - (half[:, None] + half[None])
        between = apart.max(axis=2)[~np.eye(len(sizes), dtype=bool)]
        assert (between >= (spacing or 0) - 1e-6).all()
        low, high = (middles - half).min(axis=0), (middles + half).max(axis=0)
        assert (np.abs(np.array([3, -4]) - (low + high) / 2) <= high - low).all()

    def test_it_reads_like_text(self) -> None:
        middles = grid.centres(np.ones((5, 2)), 3, 1.0)
        np.testing.assert_allclose(middles, [[-2, 1], [0, 1], [2, 1], [-2, -1], [0, -1]])
        assert grid.centres(np.zeros((0, 2)), 3).shape == (0, 2)
        assert [grid.columns_for(n) for n in (0, 1, 2, 4, 5, 20)] == [1, 1, 2, 2, 3, 5]


def test_a_grid_goes_beside_what_stands_there() -> None:
    low, high = np.array([[-2, -1, 0], [1, -1, 0]], float), np.array([[-1, 1, 1], [2, 1, 3]], float)

    def way(*other: float) -> float:
        box = np.array([other], float)
        return grid.way_out(low, high, box[:, :3], box[:, 3:], 0.5)

    assert way(0, 0, 0, 1, 1, 1) == 1 + 0.5 + 2  # between them is in the way, too
    assert way(5, 0, 0, 6, 1, 1) == 0  # it stands elsewhere
    assert way(-9, -9, -1, 9, 9, 0) == 0  # the floor
    assert way(-9, -9, -1, 9, 9, 9) == 0  # the room


def test_a_report_is_taken_up_again(tmp_path: Path) -> None:
    items = read_batch(write(tmp_path, "prompt\na cup\na hat\n"))
    report = new_report("batch.csv", items)
    report.entries[1].status = Outcome.DONE
    report.entries[1].object = "A hat"
    report.entries[1].location = (1.0, 2.0, 0.0)
    report.write(tmp_path / "report.json")
    again = new_report("batch.csv", read_batch(write(tmp_path, "prompt\na hat\na bag\na cup\n")))
    take_up(again, read_report(tmp_path / "report.json"))
    assert [(e.title, e.status.value, e.line, e.object) for e in again.entries] == [
        ("a hat", "done", 2, "A hat"),
        ("a bag", "pending", 3, ""),
        ("a cup", "pending", 4, ""),
    ]
    assert json.loads((tmp_path / "report.json").read_text())["done"] == 1
    for content in ("nonsense", "[]", "{}", '{"batch": 1, "entries": [{}]}'):
        with pytest.raises(UserError, match="is no report"):
            read_report(write(tmp_path, content, "other.json"))
    with pytest.raises(UserError, match="There is no report"):
        read_report(tmp_path / "none.json")


def test_every_column_is_explained() -> None:
    assert all(c.values and c.meaning for c in COLUMNS.values())
