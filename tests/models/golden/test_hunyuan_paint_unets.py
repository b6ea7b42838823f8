"""The U-Nets of Hunyuan3D-Paint against the published code's numbers, opened as a released checkpoint is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="the models extra is not installed")
pytest.importorskip("diffusers", reason="the models extra is not installed")

from pocket3d_server.models.hunyuan_paint import attention  # noqa: E402
from pocket3d_server.models.hunyuan_paint.attention import Memory  # noqa: E402
from pocket3d_server.models.hunyuan_paint.rope import voxels  # noqa: E402
from pocket3d_server.models.hunyuan_paint.unet import PaintUNet, open_paint  # noqa: E402
from pocket3d_server.models.hunyuan_paint.unet_pbr import PaintPbrUNet, open_paint_pbr  # noqa: E402
from safetensors import safe_open  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402
from torch import Tensor  # noqa: E402

TOLERANCE = 5e-5
"""Largest absolute difference in float32, as the vectors' README has it."""
PRECISIONS = {torch.bfloat16: 3e-2, torch.float16: 4e-3}
"""Relative error (L2) that lower precision may have."""
MAPS = {"fp16maps": True, "fp32maps": False}
"""Whether the position maps are aliased, by the names of the vectors."""

Vectors = dict[str, Tensor]


def _meta(case: Path) -> dict[str, Any]:
    with safe_open(case, framework="pt") as file:
        return json.loads((file.metadata() or {}).get("meta", "{}"))


def _painter(pbr: bool) -> Callable[[Path], bool]:
    """Cases of one version, whatever they are called."""

    def wanted(case: Path) -> bool:
        module = _meta(case).get("module", "")
        return module.startswith("UNet2p5DConditionModel") and ("PBR" in module) == pbr

    return wanted


version_20 = pytest.mark.golden("*unet*.safetensors", only=_painter(pbr=False))
version_21 = pytest.mark.golden("*unet*.safetensors", only=_painter(pbr=True))


def _released(case: Path, folder: Path) -> tuple[dict[str, Any], Vectors]:
    """Lay the case's weights out as the release does, and return its settings and its other tensors."""
    meta, tensors = _meta(case), load_file(case)
    weights = {key.removeprefix("w."): value for key, value in tensors.items() if key.startswith("w.")}
    (folder / "config.json").write_text(json.dumps(meta["unet_config"]), encoding="utf-8")
    save_file(weights, folder / "diffusion_pytorch_model.safetensors")
    return meta, {key: value for key, value in tensors.items() if not key.startswith("w.")}


def _apart(ours: Tensor, theirs: Tensor) -> float:
    assert ours.shape == theirs.shape
    return float((ours - theirs).abs().max())


def _relative(ours: Tensor, theirs: Tensor) -> float:
    return float((ours.float() - theirs).norm() / theirs.norm())


def _led_20(paint: PaintUNet, io: Vectors) -> tuple[list[list[Tensor]], list[Memory]]:
    """What the second U-Net notes in each branch, and what the branch is led by."""
    dtype = paint.unet.dtype
    noted = [paint.reference(latents) for latents in io["in.ref"]]
    scales = io["in.ref_scale"].tolist()
    return noted, [
        paint.unet.remember(features, text[None].to(dtype), scale)
        for features, text, scale in zip(noted, io["in.prompt"], scales)
    ]


def _painted_20(paint: PaintUNet, io: Vectors, time: float, rows: slice, memories: list[Memory]) -> Tensor:
    dtype = paint.unet.dtype
    sample, normals, positions = (
        io[f"in.{name}"][rows].to(dtype) for name in ("sample", "normal", "position")
    )
    return paint.unet(sample, time, normals, positions, io["in.cam_gen"][rows], memories[rows])


@version_20
@torch.no_grad()
def test_paint_20(case: Path, tmp_path: Path) -> None:
    """What the second U-Net notes, and the prediction: all branches at once, and one after the other."""
    meta, io = _released(case, tmp_path)
    paint = open_paint(tmp_path)
    noted, memories = _led_20(paint, io)
    for key, begin in (("out.ref_mid", "mid_"), ("out.ref_up3", "up_3_")):
        numbers = [k for k, name in enumerate(meta["layers"]) if name.startswith(begin)]
        both = [torch.cat([features[number] for features in noted]) for number in numbers]
        assert min(_apart(ours, io[key]) for ours in both) <= TOLERANCE, key
    assert len(noted[0]) == len(meta["layers"])
    paint.unet_dual = None  # it may leave now
    together = _painted_20(paint, io, meta["timestep"], slice(None), memories)
    assert _apart(together.flatten(0, 1), io["out.noise"]) <= TOLERANCE
    for branch, theirs in enumerate(io["out.noise"].unflatten(0, together.shape[:2])):
        rows = slice(branch, branch + 1)
        alone = _painted_20(paint, io, meta["timestep"], rows, memories)
        assert _apart(alone[0], theirs) <= TOLERANCE, branch
        if not io["in.ref_scale"][branch] and not io["in.prompt"][branch].any():
            plain = _painted_20(paint, io, meta["timestep"], rows, [paint.unet.remember()] * (branch + 1))
            assert _apart(plain[0], theirs) <= TOLERANCE, "a branch that is led by nothing needs nothing"


@version_20
@torch.no_grad()
def test_paint_20_where_attention_is_not_fused(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In small portions, as on a Mac's GPU."""
    monkeypatch.setattr(attention, "FUSED", ())
    monkeypatch.setattr(attention, "SCORES", 5000)
    meta, io = _released(case, tmp_path)
    paint = open_paint(tmp_path)
    memories = _led_20(paint, io)[1]
    ours = _painted_20(paint, io, meta["timestep"], slice(None), memories)
    assert _apart(ours.flatten(0, 1), io["out.noise"]) <= TOLERANCE


@version_20
@pytest.mark.parametrize("precision", PRECISIONS, ids=str)
@torch.no_grad()
def test_paint_20_in_lower_precision(case: Path, tmp_path: Path, precision: torch.dtype) -> None:
    meta, io = _released(case, tmp_path)
    paint = open_paint(tmp_path).to(precision)
    memories = _led_20(paint, io)[1]
    ours = _painted_20(paint, io, meta["timestep"], slice(None), memories)
    assert ours.dtype == precision
    assert _relative(ours.flatten(0, 1), io["out.noise"]) <= PRECISIONS[precision]


def _led_21(paint: PaintPbrUNet, io: Vectors) -> list[Memory]:
    """What each branch is led by."""
    dtype = paint.unet.dtype
    rows = zip(io["in.ref"], io["in.dino"], io["in.prompt"], io["in.ref_scale"].tolist())
    return [
        paint.unet.remember(paint.reference(latents), dino[None], list(texts[:, None].to(dtype)), scale)
        for latents, dino, texts, scale in rows
    ]


def _painted_21(
    paint: PaintPbrUNet, io: Vectors, time: float, branch: int, memory: Memory, aliased: bool
) -> Tensor:
    dtype, rows = paint.unet.dtype, slice(branch, branch + 1)
    sample, normals, positions = (
        io[f"in.{name}"][rows].to(dtype) for name in ("sample", "normal", "position")
    )
    places = paint.unet.places(io["in.position_maps"][branch], sample.shape[-1], aliased)
    return paint.unet(sample, time, normals, positions, places, [memory])


@version_21
@pytest.mark.parametrize("maps", MAPS)
@torch.no_grad()
def test_paint_21(case: Path, tmp_path: Path, maps: str) -> None:
    """The prediction, one branch after the other, and all at once where they see the same."""
    meta, io = _released(case, tmp_path)
    paint = open_paint_pbr(tmp_path)
    memories = _led_21(paint, io)
    theirs = io[f"out.noise_{maps}"].unflatten(0, io["in.sample"].shape[:3])
    for branch, memory in enumerate(memories):
        ours = _painted_21(paint, io, meta["timestep"], branch, memory, MAPS[maps])
        assert _apart(ours[0], theirs[branch]) <= TOLERANCE, branch
    first = io["in.position_maps"][:1]
    if torch.equal(io["in.position_maps"], first.expand_as(io["in.position_maps"])):
        sample, normals, positions = (io[f"in.{name}"] for name in ("sample", "normal", "position"))
        places = paint.unet.places(first[0], sample.shape[-1], MAPS[maps])
        together = paint.unet(sample, meta["timestep"], normals, positions, places, memories)
        assert _apart(together, theirs) <= TOLERANCE


@version_21
@torch.no_grad()
def test_paint_21_led_by_nothing(case: Path, tmp_path: Path) -> None:
    """A branch without reference and DINOv2's tokens needs neither; its texts are those of the checkpoint."""
    meta, io = _released(case, tmp_path)
    paint = open_paint_pbr(tmp_path)
    texts = [paint.unet.learned_text_clip_albedo, paint.unet.learned_text_clip_mr]
    theirs = io["out.noise_fp16maps"].unflatten(0, io["in.sample"].shape[:3])
    for branch, prompt in enumerate(io["in.prompt"]):
        learned = torch.equal(prompt, torch.stack(texts))
        if learned and not io["in.ref_scale"][branch] and not io["in.dino"][branch].any():
            ours = _painted_21(paint, io, meta["timestep"], branch, paint.unet.remember(), True)
            assert _apart(ours[0], theirs[branch]) <= TOLERANCE


@version_21
@pytest.mark.parametrize("precision", PRECISIONS, ids=str)
@torch.no_grad()
def test_paint_21_in_lower_precision(case: Path, tmp_path: Path, precision: torch.dtype) -> None:
    meta, io = _released(case, tmp_path)
    paint = open_paint_pbr(tmp_path).to(precision)
    memories = _led_21(paint, io)
    theirs = io["out.noise_fp16maps"].unflatten(0, io["in.sample"].shape[:3])
    ours = [
        _painted_21(paint, io, meta["timestep"], branch, memory, True)[0]
        for branch, memory in enumerate(memories)
    ]
    assert _relative(torch.stack(ours), theirs) <= PRECISIONS[precision]


@version_21
@pytest.mark.parametrize("maps", MAPS)
def test_voxels(case: Path, maps: str) -> None:
    """The very cells in which tokens lie, at every size."""
    tensors = load_file(case)
    begin = f"out.voxel_{maps}."
    theirs = {int(key.removeprefix(begin)): value for key, value in tensors.items() if key.startswith(begin)}
    every = tensors["in.position_maps"]
    sides = sorted((round((count / every.shape[1]) ** 0.5) for count in theirs), reverse=True)
    for sample, positions in enumerate(every[: len(next(iter(theirs.values())))]):
        for cells in voxels(positions, sides, MAPS[maps]):
            assert torch.equal(cells, theirs[len(cells)][sample])
