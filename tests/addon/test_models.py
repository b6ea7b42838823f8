"""The server's models as the extension sees them: kept in memory, in an artist's words, brought from a real server."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from live import LiveServer, wait_until
from pocket3d import Model, Pocket3DClient, Pocket3DConnectionError

from addon.core.files import size_text
from addon.core.request import model_words
from addon.core.request.model_words import ModelState, state_of
from addon.core.request.models import ModelList

WEIGHTS = {"size": 3_200_000_000, "downloaded": 0, "installed": False, "state": "missing"}


def model(model_id: str = "trellis_image_large", **fields: Any) -> Model:
    return Model.from_dict({"model_id": model_id, "feature": "mesh_generation", **fields})


class Mesh:
    """Stands for the server's answers."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked = 0

    @property
    def models(self) -> Mesh:
        return self

    def list(self) -> list[Model]:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return [*answer]


class TestWords:
    @pytest.mark.parametrize(
        ("model_id", "label"),
        [
            ("builtin_text", "Built-in text kit"),
            ("trellis_image_large", "TRELLIS image large"),
            ("trellis_text_xlarge", "TRELLIS text extra large"),
            ("hunyuan3d_paint", "Hunyuan3D-Paint"),
            ("hunyuan3d_paint_2_1", "Hunyuan3D-Paint 2.1"),
            ("hunyuan3d_paint_pbr", "Hunyuan3D-Paint PBR"),
            ("unirig", "UniRig"),
            ("my-own.model", "My own.model"),
        ],
    )
    def test_a_model_has_a_name(self, model_id: str, label: str) -> None:
        assert model_words.label(model(model_id)) == label

    def test_what_it_takes(self) -> None:
        large = model(vram_requirement=8192, estimated_time="about 3 minutes")
        assert model_words.subline(large) == "needs 8 GB · ≈ 3 min"
        slow = model(vram_requirement=8192, estimated_time="about 50 minutes", only_by_name=True)
        assert model_words.subline(slow) == "any computer · ≈ 50 min"
        assert model_words.subline(model(estimated_time="about 1 second")) == "any computer · ≈ 1 s"

    def test_its_state(self) -> None:
        assert state_of(model(ready=True)) is ModelState.READY
        licence = model(ready=False, missing_code="LICENCE", weights=WEIGHTS)
        assert (state_of(licence), model_words.state_text(licence)) == (
            ModelState.LICENCE,
            "Licence to accept",
        )
        lacking = model(ready=False, missing_code="NOT_INSTALLED", weights=WEIGHTS)
        assert (state_of(lacking), model_words.state_text(lacking)) == (
            ModelState.DOWNLOAD,
            "3.2 GB to download",
        )
        small = model(ready=False, missing_code="MEMORY", reason="it needs a GPU with 12 GB and there are 8.")
        assert state_of(small) is ModelState.UNAVAILABLE
        assert model_words.state_text(small) == "It needs a GPU with 12 GB and there are 8"
        bare = model(ready=False, missing_code="EXTRA", reason="PyTorch, which it needs, is not installed.")
        assert (state_of(bare), model_words.state_text(bare)) == (ModelState.PACKAGES, "Needs PyTorch")
        partly = model(
            ready=False, missing_code="EXTRA", reason="diffusers, which it needs, is not installed."
        )
        assert model_words.state_text(partly) == "Needs packages"
        older = model(ready=False, reason="its weights are not there.")
        assert state_of(older) is ModelState.UNAVAILABLE, "a server that gives no codes"

    def test_what_it_starts_from(self) -> None:
        paint = model("hunyuan3d_paint", supported_formats={"input": ["mesh", "image"], "output": ["glb"]})
        assert (
            model_words.wrong_start(paint, {"text"})
            == "Hunyuan3D-Paint starts from a picture; choose Image above"
        )
        assert model_words.wrong_start(paint, {"image"}) == ""
        written = model("trellis_text_base", supported_formats={"input": ["text"], "output": ["glb"]})
        assert (
            model_words.wrong_start(written, {"image"})
            == "TRELLIS text base starts from words; choose Text above"
        )
        assert (
            model_words.wrong_start(written, {"text"})
            == model_words.wrong_start(model("old"), {"text"})
            == ""
        )

    def test_a_download(self) -> None:
        arriving = WEIGHTS | {"downloaded": 1_440_000_000, "state": "downloading", "eta_seconds": 130.0}
        told = model_words.download(model(ready=False, missing_code="NOT_INSTALLED", weights=arriving))
        assert told.fraction == pytest.approx(0.45)
        assert told.text == "45 % of 3.2 GB, 2 min left"

    @pytest.mark.parametrize(
        ("count", "text"),
        [(0, "0 kB"), (14, "0 kB"), (3_000_014, "3 MB"), (960_000_000, "1 GB"), (45_600_000_000, "46 GB")],
    )
    def test_sizes(self, count: int, text: str) -> None:
        assert size_text(count) == text


class TestList:
    def test_the_version_rises_only_with_a_change(self) -> None:
        models, client = ModelList(), Mesh([model()], [model()], [model(ready=False)])
        assert models.refresh(client)
        version = models.version
        assert not models.refresh(client), "asked a moment ago"
        assert models.refresh(client, force=True)
        assert models.version == version
        models.refresh(client, force=True)
        assert models.version == version + 1
        assert models.get("trellis_image_large").ready is False
        assert models.of("mesh_generation") == models.models
        assert models.of("auto_rigging") == ()

    def test_a_silent_server_leaves_the_list_as_it_was(self) -> None:
        models = ModelList()
        models.refresh(Mesh([model()]))
        gone = Mesh(Pocket3DConnectionError("gone", error_code="CONNECTION_FAILED"))
        assert not models.refresh(gone, force=True)
        assert len(models.models) == 1

    def test_a_late_answer_of_the_server_before_is_not_taken(self) -> None:
        models, going = ModelList(), threading.Event()

        class Slow(Mesh):
            def list(self) -> list[Model]:
                models.forget()
                going.set()
                return super().list()

        models.refresh(Slow([model()]))
        assert going.is_set()
        assert models.models == ()

    def test_what_fails_is_told_with_the_model(self) -> None:
        models = ModelList()

        def fail(client: Any) -> None:
            raise Pocket3DConnectionError("Cannot reach it", error_code="CONNECTION_FAILED")

        models.act(lambda: Mesh([model()]), "trellis_image_large", "Starting", fail)
        wait_until(
            lambda: "trellis_image_large" in models.problems and not models.busy("trellis_image_large")
        )
        assert models.problems["trellis_image_large"].message == "Cannot reach it"
        models.act(lambda: Mesh([model()]), "trellis_image_large", "Starting", lambda client: None)
        wait_until(lambda: not models.busy("trellis_image_large"))
        assert models.problems == {}

    def test_a_download_is_followed_to_its_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("addon.core.request.models.FOLLOWING_S", 0.01)
        arriving = model(
            ready=False, missing_code="NOT_INSTALLED", weights=WEIGHTS | {"state": "downloading"}
        )
        client = Mesh([arriving], [arriving], [arriving], [model(ready=True)])
        models = ModelList()
        models.act(lambda: client, "trellis_image_large", "Starting", lambda client: None)
        wait_until(lambda: models.models and models.models[0].ready)
        assert client.asked == 4

    def test_a_real_server(self, live_server: LiveServer) -> None:
        models = ModelList()
        assert models.refresh(Pocket3DClient(live_server.token, live_server.url))
        weighted = models.get("test_weighted")
        assert weighted is not None
        assert state_of(weighted) is ModelState.LICENCE
        assert weighted.may_manage
        assert state_of(models.get("test_huge")) is ModelState.UNAVAILABLE
        assert state_of(models.get("builtin_text")) is ModelState.READY
        assert model_words.why_not(models.get("builtin_text")) == ""
