"""Pictures out of Blender: of the viewport, through the camera, of a render, of an image; as files to send."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import bpy
import gpu as blenders_gpu
from mathutils import Matrix

from ..core.errors import UserError
from ..core.later import np
from ..core.request import images
from ..core.request.params import IMAGE_SUFFIXES, check_image
from . import compat
from .camera import CameraRender

FILE, VIEWPORT, CAMERA, RENDER, IMAGE = "FILE", "VIEWPORT", "CAMERA", "RENDER", "BLENDER_IMAGE"
gpu: Any = blenders_gpu  # its stubs are incomplete
SIDE = 1024
"""Pixels along the longer side of what is captured."""
LOOK = 256
"""The same for the first look at the viewport."""


class View(Protocol):
    """One picture to start from; the panels' property group is one."""

    source: str
    path: str
    image: Any
    """An image datablock or None."""


def why_not(view: View, context: bpy.types.Context) -> str:
    """Why a picture cannot be had, as a sentence; empty when it can. Only reads memory."""
    if view.source == FILE:
        if not view.path:
            return "Choose a picture"
        if not view.path.lower().endswith(IMAGE_SUFFIXES):
            return f"{os.path.basename(view.path)} is not a PNG, JPEG or WebP image"
    elif view.source == VIEWPORT:
        if bpy.app.background:
            return "The viewport can only be captured with a window; take the camera"
        if viewport_of(context) is None:
            return "Open a 3D viewport to capture it"
    elif view.source == CAMERA:
        if context.scene.camera is None:
            return "The scene has no camera; add one"
        if bpy.app.is_job_running("RENDER"):
            return "Wait until the render has ended"
    elif view.source == IMAGE and view.image is None:
        return "Choose an image"
    return ""


def why_not_all(views: Sequence[View], context: bpy.types.Context) -> str:
    """The same for several pictures, of which one is named by its number."""
    for number, view in enumerate(views, 1):
        reason = why_not(view, context)
        if reason:
            return reason if len(views) == 1 else f"View {number}: {reason[0].lower()}{reason[1:]}"
    return ""


class Pictures:
    """Pictures on their way into files: what Blender must do is done at once, or rendered while it stays usable;
    the rest is done on a thread.

    The files lie in Blender's temporary folder until it quits; chosen ones stay where they are. Call ``start``, and
    ``finish`` once ``running`` has become false. Raises UserError when one cannot be had.
    """

    def __init__(self, views: Sequence[View], context: bpy.types.Context) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="pocket3d-", dir=bpy.app.tempdir or None))
        self._render: CameraRender | None = None
        self._writer = ThreadPoolExecutor(thread_name_prefix="pocket3d-picture")
        self._written: list[Future[None]] = []
        paths = []
        try:
            reason = why_not_all(views, context)
            if reason:
                raise UserError(reason)
            for number, view in enumerate(views, 1):
                paths.append(str(self._file_of(view, context, number)))
        except BaseException:
            self.discard()
            raise
        self.paths = tuple(paths)
        """Where they will be."""

    def _file_of(self, view: View, context: bpy.types.Context, number: int) -> Path:
        if view.source == FILE:
            path = Path(bpy.path.abspath(view.path))
            check_image(str(path))
            return path
        if view.source == CAMERA:
            self._render = self._render or CameraRender(context, self._folder / "from_camera.png", SIDE)
            return self._render.path
        path = self._folder / str(number) / f"{_name_of(view)}.png"
        path.parent.mkdir()
        if view.source == RENDER or (view.source == IMAGE and view.image.type == "RENDER_RESULT"):
            save_render_result(context.scene, path)
        elif view.source == VIEWPORT:
            self._write(path, viewport(context))
        else:
            self._write(path, pixels_of(view.image), linear=view.image.is_float)
        return path

    def _write(self, path: Path, pixels: np.ndarray, *, linear: bool = False) -> None:
        self._written.append(self._writer.submit(images.write, pixels, path, linear=linear))

    def start(self) -> None:
        """Begin with the render, if there is one."""
        if self._render is not None:
            self._render.start()

    @property
    def running(self) -> bool:
        """Whether a picture is not there yet."""
        return any(not f.done() for f in self._written) or (self._render is not None and self._render.running)

    def finish(self) -> None:
        """Wait for what is not written yet. Raises UserError when there is no picture of the camera."""
        try:
            if self._render is not None:
                self._render.finish()
            for written in self._written:
                written.result()
        finally:
            self.discard()

    def run(self) -> None:
        """All of it now, waiting for the render."""
        if self._render is not None:
            self._render.run()
        self.finish()

    def discard(self) -> None:
        """Let go of what is under way."""
        self._writer.shutdown(wait=False)
        if self._render is not None:
            self._render.discard()


def _name_of(view: View) -> str:
    """What the file is called; new objects get their names from it."""
    if view.source == IMAGE and view.image is not None:
        return bpy.path.clean_name(bpy.path.display_name_from_filepath(view.image.name)) or "image"
    return {VIEWPORT: "from_viewport", RENDER: "from_render"}[view.source]


def save_render_result(scene: bpy.types.Scene, path: Path) -> None:
    """Save the scene's last render. Raises UserError when there is none."""
    result = next((i for i in bpy.data.images if i.type == "RENDER_RESULT"), None)
    with compat.png_output(scene):
        try:
            if result is None:
                raise RuntimeError
            result.save_render(str(path), scene=scene)
        except RuntimeError:
            raise UserError("Nothing has been rendered yet; render the scene first (F12)") from None


def pixels_of(image: bpy.types.Image) -> np.ndarray:
    """What an image of the file holds now, (H, W, channels) from 0 to 1, first row on top. Raises UserError."""
    width, height = image.size
    if not width or not height:
        raise UserError(f"The image {image.name} is empty or its file is missing")
    values = np.empty(len(image.pixels), np.float32)
    image.pixels.foreach_get(values)
    return values.reshape(height, width, image.channels)[::-1]


def packed(path: str, name: str) -> bpy.types.Image:
    """An image of the file made of a picture on disk."""
    image = bpy.data.images.load(path)
    image.name = compat.id_name(name)
    image.pack()
    image.filepath = f"//{image.name}{Path(path).suffix}"
    image.preview_ensure()
    return image


def viewport_of(context: bpy.types.Context) -> bpy.types.Area | None:
    """The 3D viewport under the artist's hand, else the largest of the window."""
    if context.area is not None and context.area.type == "VIEW_3D":
        return context.area
    areas = context.screen.areas if context.screen is not None else ()
    return max((a for a in areas if a.type == "VIEW_3D"), key=lambda a: a.width * a.height, default=None)


def viewport(context: bpy.types.Context) -> np.ndarray:
    """What the viewport shows, without overlays and background, as bytes (H, W, 4).

    A first small picture says where something is; the second shows that part as large as it can. Raises UserError.
    """
    area = viewport_of(context)
    if area is None:
        raise UserError("Open a 3D viewport to capture it")
    space: Any = area.spaces.active
    region = next(r for r in area.regions if r.type == "WINDOW")
    shape = region.width, region.height
    with _plain(space):
        small = _drawn(context, space, region, _sized(shape, LOOK), Matrix())
        left, low, right, high = images.content_window(small[..., 3])
        part = (right - left) * shape[0], (high - low) * shape[1]
        zoom = Matrix.Diagonal((1 / (right - left), 1 / (high - low), 1, 1))
        middle = Matrix.Translation((1 - left - right, 1 - low - high, 0))
        pixels = _drawn(context, space, region, _sized(part, SIDE), zoom @ middle)
    return pixels


def _sized(shape: Sequence[float], side: int) -> tuple[int, int]:
    scale = side / max(shape)
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def _drawn(
    context: bpy.types.Context, space: Any, region: bpy.types.Region, size: tuple[int, int], crop: Matrix
) -> np.ndarray:
    """The view drawn in a size, (H, W, 4), first row on top; ``crop`` says which part of it."""
    view = space.region_3d
    offscreen = gpu.types.GPUOffScreen(*size)
    try:
        offscreen.draw_view3d(
            context.scene,
            context.view_layer,
            space,
            region,
            view.view_matrix,
            crop @ view.window_matrix,
            do_color_management=True,
            draw_background=False,
        )
        with offscreen.bind():
            framebuffer = gpu.state.active_framebuffer_get()
            buffer = framebuffer.read_color(0, 0, *size, 4, 0, "UBYTE")
    finally:
        offscreen.free()
    buffer.dimensions = size[0] * size[1] * 4
    return np.array(buffer, np.uint8).reshape(size[1], size[0], 4)[::-1]


@contextmanager
def _plain(space: Any) -> Iterator[None]:
    before = space.overlay.show_overlays, space.show_gizmo
    space.overlay.show_overlays = space.show_gizmo = False
    try:
        yield
    finally:
        space.overlay.show_overlays, space.show_gizmo = before
