"""Pictures on their way to the server."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from addon.core.errors import UserError
from addon.core.request import images
from addon.core.request.params import check_image


@pytest.mark.parametrize("suffix", ["png", "jpg", "jpeg", "webp"])
def test_what_is_an_image_may_be_sent(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    Image.new("RGB", (123, 45), "red").save(path)
    check_image(str(path))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"\x89PNG",
        b"\xff\xd8abcdefgh",
        b"RIFF1234WAVEfmt ",
    ],
)
def test_what_is_no_image_says_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(UserError, match=r"a\.png is not a PNG, JPEG or WebP image that can be read"):
        check_image(str(tmp_path / "a.png"))


def test_pixels_are_shrunk_by_their_means() -> None:
    pixels = np.zeros((6, 8, 4), np.float32)
    pixels[:, ::2] = 1
    small = images.shrink(pixels, 4)
    assert small.shape == (3, 4, 4)
    np.testing.assert_allclose(small, 0.5)
    assert images.shrink(pixels, 8) is pixels
    assert images.shrink(np.ones((1, 9, 4), np.float32), 3).shape == (1, 3, 4)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_every_number_of_channels_is_written(tmp_path: Path, channels: int) -> None:
    images.write(np.full((3, 5, channels), 0.5, np.float32), tmp_path / "p.png")
    with Image.open(tmp_path / "p.png") as image:
        alpha = 255 if channels in {1, 3} else 128
        assert (image.size, image.getpixel((4, 2))) == ((5, 3), (128, 128, 128, alpha))


def test_linear_light_becomes_what_screens_show() -> None:
    pixels = np.array([[[0.0, 0.2140, 1.0, 0.5], [np.nan, 2.0, -1.0, 1.0]]], np.float32)
    out = images.to_bytes(pixels, linear=True)
    assert out.tolist() == [[[0, 127, 255, 128], [0, 255, 0, 255]]]
    assert images.to_bytes(pixels)[0, 0, 1] == 55


def test_what_is_there_is_cut_out(tmp_path: Path) -> None:
    pixels = np.zeros((100, 200, 4), np.uint8)
    pixels[10:60, 20:40] = (255, 0, 0, 255)
    part = images.crop_to_content(pixels)
    assert part.shape == (58, 58, 4)
    assert (part[..., 3] > 0).sum() == 50 * 20
    opaque = np.full((4, 6, 4), 255, np.uint8)
    assert images.crop_to_content(opaque) is opaque
    images.write_png(part, tmp_path / "p.png")
    with Image.open(tmp_path / "p.png") as image:
        np.testing.assert_array_equal(np.asarray(image), part)


def test_where_something_is_in_a_picture() -> None:
    alpha = np.zeros((100, 200), np.uint8)
    assert images.content_window(alpha) == (0, 0, 1, 1)
    alpha[0:50, 100:120] = 255
    left, low, right, high = images.content_window(alpha)
    assert (high, low) == (1.0, pytest.approx(0.465))
    assert (left, right) == (pytest.approx(0.465), pytest.approx(0.635))
    assert images.content_window(np.full((4, 4), 255, np.uint8)) == (0, 0, 1, 1)


def test_colours_without_their_alpha() -> None:
    pixels = np.array([[[50, 100, 0, 100], [9, 9, 9, 0], [1, 2, 3, 255]]], np.uint8)
    assert images.straight(pixels)[0].tolist() == [[127, 255, 0, 100], [255, 255, 255, 0], [1, 2, 3, 255]]
