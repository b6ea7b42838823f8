"""Weights are brought whole or not at all: real bytes over real connections that break, lie and refuse."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from engines import WEIGHTS, WEIGHTS_REPOSITORY, WEIGHTS_REVISION, Weighted, WeightedToo
from live import TESTS, wait_until
from pocket3d_server.models.engine import ModelSpec
from pocket3d_server.models.weights import LicenceTerms, WeightFile, Weights
from pocket3d_server.weights.download import Hub
from pocket3d_server.weights.installer import Installer
from pocket3d_server.weights.installing import Meter, install
from pocket3d_server.weights.licences import Licences
from pocket3d_server.weights.problems import CancelledError, InstallError
from pocket3d_server.weights.shelf import Shelf
from weights_hub import Handler, WeightsHub

SPEC = Weighted.spec
MODEL = SPEC.weights[1]
BYTES = WEIGHTS["weights/model.bin"]


@pytest.fixture
def hub() -> Iterator[WeightsHub]:
    hub = WeightsHub()
    yield hub
    hub.close()


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """With the licence accepted."""
    shelf = Shelf.at(tmp_path / "data", None, min_free_mb=1)
    shelf.licences.accept(SPEC, "Ada", "tests")
    return shelf


def bring(hub: WeightsHub, shelf: Shelf, spec: ModelSpec = SPEC, **settings: object) -> Meter:
    meter = Meter(sum(f.size for f in spec.weights))
    install(spec, shelf, Hub(hub.url, **{"pause_s": 0.01} | settings), meter)  # type: ignore[arg-type]
    return meter


def assert_whole(shelf: Shelf) -> None:
    assert shelf.missing(SPEC) is None
    for file in SPEC.weights:
        assert shelf.weights.path(file).read_bytes() == WEIGHTS[file.path]
        assert not shelf.weights.part(file).exists()


def test_all_files_come_and_are_not_fetched_twice(hub: WeightsHub, shelf: Shelf) -> None:
    assert shelf.missing(SPEC).code == "NOT_INSTALLED"  # type: ignore[union-attr]
    assert "3 MB to download" in shelf.missing(SPEC).reason  # type: ignore[union-attr]
    meter = bring(hub, shelf)
    assert meter.done == meter.total
    assert_whole(shelf)
    asked = len(hub.asked)
    bring(hub, shelf)
    assert len(hub.asked) == asked == 2


def unpinned(spec: ModelSpec = SPEC) -> ModelSpec:
    """The same model, of whose files neither sizes nor checksums are known here."""
    return replace(
        spec, weights=tuple(replace(file, size=9, sha256="", stated=True) for file in spec.weights)
    )


def test_what_is_not_known_here_is_checked_as_the_hub_states_it(hub: WeightsHub, shelf: Shelf) -> None:
    spec = unpinned()
    assert not shelf.weights.complete(spec.weights)
    bring(hub, shelf, spec)
    assert_whole(shelf)
    assert shelf.missing(spec) is None
    assert [asked for _, asked, _ in hub.asked] == ["HEAD", ""] * 2


@pytest.mark.parametrize("path", sorted(WEIGHTS)[:2])
def test_bytes_that_the_hub_did_not_state_are_refused(
    hub: WeightsHub, shelf: Shelf, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    give = Handler.give

    def lie(handler: Handler, content: bytes) -> None:
        wrong = handler.path.endswith(path)
        give(handler, content[:-1] + bytes([content[-1] ^ 1]) if wrong else content)

    monkeypatch.setattr(Handler, "give", lie)
    with pytest.raises(InstallError, match="wrong content"):
        bring(hub, shelf, unpinned())
    assert not any(shelf.weights.has(f) for f in SPEC.weights if f.path == path)


def test_a_folder_may_bring_what_is_not_known_here(shelf: Shelf, tmp_path: Path) -> None:
    for path, content in WEIGHTS.items():
        (tmp_path / "given" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "given" / path).write_bytes(content)
    spec = unpinned()
    install(spec, shelf, Hub("http://127.0.0.1:9"), Meter(0), tmp_path / "given")
    assert_whole(shelf)


def test_a_connection_that_breaks_is_resumed_where_it_broke(hub: WeightsHub, shelf: Shelf) -> None:
    hub.cuts = [1_000_000, 700_000, 5]
    bring(hub, shelf)
    assert_whole(shelf)
    ranges = [asked for path, asked, _ in hub.asked if path.endswith("model.bin")]
    assert ranges == ["", "bytes=1000000-", "bytes=1700000-", "bytes=1700005-"]


def test_a_server_without_ranges_begins_anew(hub: WeightsHub, shelf: Shelf) -> None:
    hub.cuts, hub.ranges = [2_000_000], False
    bring(hub, shelf)
    assert_whole(shelf)


def test_wrong_content_never_gets_the_name(hub: WeightsHub, shelf: Shelf) -> None:
    (address,) = [path for path in hub.files if path.endswith("model.bin")]
    hub.files[address] = bytes(len(BYTES))
    with pytest.raises(InstallError, match="wrong content") as raised:
        bring(hub, shelf)
    assert "HF_ENDPOINT" in raised.value.suggestion
    assert not shelf.weights.path(MODEL).exists()
    assert not shelf.weights.part(MODEL).exists()
    assert shelf.missing(SPEC).code == "NOT_INSTALLED"  # type: ignore[union-attr]
    hub.files[address] = BYTES
    bring(hub, shelf)
    assert_whole(shelf)


def test_a_damaged_part_is_fetched_anew(hub: WeightsHub, shelf: Shelf) -> None:
    part = shelf.weights.part(MODEL)
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(1_500_000))
    bring(hub, shelf)
    assert_whole(shelf)


def test_a_part_that_is_too_long_is_thrown_away(hub: WeightsHub, shelf: Shelf) -> None:
    part = shelf.weights.part(MODEL)
    part.parent.mkdir(parents=True)
    part.write_bytes(BYTES + b"more")
    bring(hub, shelf)
    assert_whole(shelf)


@pytest.mark.parametrize(
    ("status", "words"), [(404, "is not at"), (403, "just anybody"), (401, "just anybody")]
)
def test_a_refusal_says_what_to_do(hub: WeightsHub, shelf: Shelf, status: int, words: str) -> None:
    hub.statuses = [status]
    with pytest.raises(InstallError, match=words) as raised:
        bring(hub, shelf)
    assert ("HF_TOKEN" if status != 404 else "--from") in raised.value.suggestion


def test_a_passing_trouble_is_waited_out_and_a_lasting_one_is_told(hub: WeightsHub, shelf: Shelf) -> None:
    hub.statuses = [503, 429, 500]
    bring(hub, shelf)
    assert_whole(shelf)
    hub.statuses = [503] * 50
    with pytest.raises(InstallError, match="answered 503") as raised:
        bring(hub, shelf, WeightedToo.spec)
    assert "goes on where it stopped" in raised.value.suggestion


def test_nobody_there(shelf: Shelf) -> None:
    hub = WeightsHub()
    hub.close()
    with pytest.raises(InstallError, match=r"could not be downloaded from 127\.0\.0\.1"):
        bring(hub, shelf, tries=2)


def test_another_size_is_told_at_once(hub: WeightsHub, shelf: Shelf) -> None:
    (address,) = [path for path in hub.files if path.endswith("model.bin")]
    hub.files[address] = BYTES + b"more"
    with pytest.raises(InstallError, match="3,000,004 bytes"):
        bring(hub, shelf)


def test_no_room(hub: WeightsHub, shelf: Shelf) -> None:
    with pytest.raises(InstallError, match="not enough room") as raised:
        bring(hub, replace(shelf, min_free_mb=10**9))
    assert "POCKET3D_MODELS_DIR" in raised.value.suggestion
    assert hub.asked == []


def test_a_folder_that_cannot_be_written(hub: WeightsHub, shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InstallError, match="cannot be written"):
        bring(hub, replace(shelf, weights=Weights(tmp_path / "file" / "models")))


def test_the_licence_comes_first(hub: WeightsHub, tmp_path: Path) -> None:
    shelf = Shelf.at(tmp_path, None)
    assert shelf.missing(SPEC).code == "LICENCE"  # type: ignore[union-attr]
    with pytest.raises(InstallError, match="Cube Community Licence"):
        bring(hub, shelf)
    assert hub.asked == []


def test_the_token_goes_to_the_hub_only(hub: WeightsHub, shelf: Shelf) -> None:
    elsewhere = WeightsHub()
    try:
        hub.redirect_to = elsewhere.url
        bring(hub, shelf, token="hf_secret")
        assert {authorization for _, _, authorization in hub.asked} == {"Bearer hf_secret"}
        assert {authorization for _, _, authorization in elsewhere.asked} == {""}
    finally:
        elsewhere.close()
    assert "hf_secret" not in repr(Hub("https://hub.example", "hf_secret"))
    assert Hub("http://mirror.example", "t").headers("http://mirror.example/x") == {}


def test_the_environment_names_a_mirror() -> None:
    hub = Hub.of_environment({"HF_ENDPOINT": "https://mirror.example/", "HF_TOKEN": "t"})
    assert hub.address(MODEL) == (
        f"https://mirror.example/{WEIGHTS_REPOSITORY}/resolve/{WEIGHTS_REVISION}/weights/model.bin"
    )
    assert Hub.of_environment({}).address(MODEL).startswith("https://huggingface.co/")
    own = replace(MODEL, repository="https://files.example/cubes/")
    assert hub.address(own) == "https://files.example/cubes/weights/model.bin"


def test_cancel_keeps_what_has_arrived(hub: WeightsHub, shelf: Shelf) -> None:
    hub.bytes_per_second = 2_000_000
    meter = Meter(sum(f.size for f in SPEC.weights))
    threading.Timer(0.5, meter.stop.set).start()
    with pytest.raises(CancelledError):
        install(SPEC, shelf, Hub(hub.url), meter)
    arrived = shelf.weights.arrived(SPEC.weights)
    assert 0 < arrived < meter.total
    hub.bytes_per_second = 0
    bring(hub, shelf)
    assert_whole(shelf)
    assert any(asked.startswith("bytes=") for _, asked, _ in hub.asked)


def test_two_at_once_fetch_each_byte_once(hub: WeightsHub, shelf: Shelf) -> None:
    hub.bytes_per_second = 6_000_000
    threads = [threading.Thread(target=bring, args=(hub, shelf)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert_whole(shelf)
    assert len(hub.asked) == 2


@pytest.mark.parametrize(
    "layout",
    [
        "",
        "cubes",
        "pocket3d-tests/cubes",
        f"pocket3d-tests--cubes/{WEIGHTS_REVISION}",
        f"models--pocket3d-tests--cubes/snapshots/{WEIGHTS_REVISION}",
    ],
)
def test_from_a_folder(shelf: Shelf, tmp_path: Path, layout: str) -> None:
    given = tmp_path / "given" / layout
    for path, content in WEIGHTS.items():
        (given / path).parent.mkdir(parents=True, exist_ok=True)
        (given / path).write_bytes(content)
    install(SPEC, shelf, Hub("http://127.0.0.1:9"), Meter(1), tmp_path / "given")
    assert_whole(shelf)


def test_from_a_folder_with_something_else(shelf: Shelf, tmp_path: Path) -> None:
    given = tmp_path / "given"
    (given / "weights").mkdir(parents=True)
    with pytest.raises(InstallError, match=r"config.json of pocket3d-tests/cubes is not in"):
        install(SPEC, shelf, Hub(), Meter(1), given)
    (given / "config.json").write_bytes(WEIGHTS["config.json"])
    (given / "weights" / "model.bin").write_bytes(b"short")
    with pytest.raises(InstallError, match="has 5 bytes"):
        install(SPEC, shelf, Hub(), Meter(1), given)
    (given / "weights" / "model.bin").write_bytes(bytes(len(BYTES)))
    with pytest.raises(InstallError, match="wrong content"):
        install(SPEC, shelf, Hub(), Meter(1), given)


def test_killed_in_the_middle_it_goes_on(hub: WeightsHub, shelf: Shelf) -> None:
    """``kill -9`` of the command; the next one fetches only the rest."""
    hub.bytes_per_second = 3_000_000
    environment = os.environ | {"HF_ENDPOINT": hub.url, "PYTHONPATH": str(TESTS)}
    data = ["--data-dir", str(shelf.licences.path.parent), "--engine", "engines:Weighted"]
    command = [sys.executable, "-m", "pocket3d_server", "models", "install", SPEC.model_id, *data]
    process = subprocess.Popen(command, env=environment)
    wait_until(lambda: shelf.weights.arrived(SPEC.weights) > 800_000, 30)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    arrived = shelf.weights.arrived([MODEL])
    assert 0 < arrived < MODEL.size
    hub.bytes_per_second = 0
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "test_weighted is installed.\n"
    assert hub.asked[-1][1] == f"bytes={arrived}-"
    assert_whole(shelf)


def test_what_two_models_share_stays_with_the_other(hub: WeightsHub, shelf: Shelf) -> None:
    bring(hub, shelf)
    bring(hub, shelf, WeightedToo.spec)
    assert shelf.remove(SPEC, [WeightedToo.spec]) == MODEL.size
    assert shelf.missing(WeightedToo.spec) is None
    shelf.remove(WeightedToo.spec, [SPEC])
    assert {path.name for path in shelf.weights.folder.iterdir()} == {".locks"}


def test_what_another_model_is_just_getting_stays_too(hub: WeightsHub, shelf: Shelf) -> None:
    bring(hub, shelf)
    hub.bytes_per_second = 100_000
    installer = Installer(shelf, Hub(hub.url))
    installer.start(WeightedToo.spec)
    installer.remove(SPEC, [WeightedToo.spec])
    assert not shelf.weights.has(MODEL)
    assert shelf.weights.has(WeightedToo.spec.weights[0])
    installer.stop()


def test_the_background_installer(hub: WeightsHub, shelf: Shelf) -> None:
    installer = Installer(shelf, Hub(hub.url, tries=1, pause_s=0.01))
    hub.bytes_per_second = 4_000_000
    installer.start(SPEC)
    installer.start(SPEC)
    half = wait_until(lambda: (s := installer.state(SPEC)).speed and s.downloaded > 1_000_000 and s, 10)
    assert half.state == "downloading"
    assert 0.3e6 < half.speed < 8e6
    assert half.eta_seconds < 10
    assert installer.cancel(SPEC.model_id)
    assert not installer.cancel(SPEC.model_id)
    assert installer.state(SPEC).state == "partial"
    hub.statuses = [404]
    installer.start(SPEC)
    failed = wait_until(lambda: (s := installer.state(SPEC)).error and s, 10)
    assert "is not at" in failed.error
    assert failed.suggestion
    hub.bytes_per_second = 0
    installer.start(SPEC)
    wait_until(lambda: installer.state(SPEC).state == "installed", 10)
    assert len([path for path, _, _ in hub.asked if path.endswith("config.json")]) == 1
    installer.remove(SPEC, [])
    assert installer.state(SPEC).state == "missing"


class TestLicences:
    def test_it_is_noted_who_and_when_and_another_process_sees_it(self, tmp_path: Path) -> None:
        mine, other = Licences(tmp_path / "l.json"), Licences(tmp_path / "l.json")
        assert other.accepted(SPEC) is None
        made = mine.accept(SPEC, "Ada Löwe", "local")
        assert other.accepted(SPEC) == made
        assert (made.name, made.account, made.licence) == ("Ada Löwe", "local", "Cube Community Licence 1.0")
        assert mine.accept(SPEC, "Somebody else", "x") == made
        other.withdraw(SPEC)
        assert mine.accepted(SPEC) is None

    def test_other_terms_are_to_be_accepted_anew(self, tmp_path: Path) -> None:
        licences = Licences(tmp_path / "l.json")
        licences.accept(SPEC, "Ada", "local")
        assert SPEC.licence_terms
        newer = replace(SPEC, licence_terms=replace(SPEC.licence_terms, name="Cube Community Licence 2.0"))
        assert licences.accepted(newer) is None

    def test_a_damaged_file_accepts_nothing_and_is_kept(self, tmp_path: Path) -> None:
        (tmp_path / "l.json").write_text("{torn")
        licences = Licences(tmp_path / "l.json")
        assert licences.accepted(SPEC) is None
        made = licences.accept(SPEC, "Ada", "local")
        assert Licences(tmp_path / "l.json").accepted(SPEC) == made
        assert (tmp_path / "l.damaged").read_text() == "{torn"

    def test_many_at_once_lose_nothing(self, tmp_path: Path) -> None:
        specs = [replace(SPEC, model_id=f"model_{n}") for n in range(12)]

        def accept(spec: ModelSpec) -> None:
            Licences(tmp_path / "l.json").accept(spec, "Ada", "x")

        threads = [threading.Thread(target=accept, args=(spec,)) for spec in specs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        licences = Licences(tmp_path / "l.json")
        assert all(licences.accepted(spec) for spec in specs)


@pytest.mark.parametrize(
    "wrong",
    [
        {"path": "../up"},
        {"path": "/etc/passwd"},
        {"path": "c:\\x"},
        {"path": ""},
        {"revision": ".."},
        {"revision": "a/b"},
        {"repository": "one"},
        {"repository": "../.."},
        {"sha256": "abc"},
        {"size": 0},
        {"sha256": ""},
        {"stated": True, "repository": "npm:one"},
    ],
)
def test_a_file_that_could_never_be_right_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
        replace(MODEL, **wrong)


def test_terms_that_ask_nothing_block_nothing(tmp_path: Path) -> None:
    spec = replace(
        WeightedToo.spec,
        weights=(),
        licence_terms=LicenceTerms("MIT", "https://x", "Free.", must_accept=False),
    )
    assert Shelf.at(tmp_path, None).missing(spec) is None
    assert isinstance(MODEL, WeightFile)
