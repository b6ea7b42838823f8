"""Makes pictures four times as large: Real-ESRGAN's network for pictures of all kinds.

Wang et al., "Real-ESRGAN", 2021, with the residual-in-residual dense blocks of "ESRGAN", 2018. B pictures, C channels.

Attributes are called as in the released ``RealESRGAN_x4plus.pth``.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pocket3d_server.models.neural.checkpoints import read_tensors, unusable, with_weights

FACTOR = 4
DENSE = 5
"""Convolutions of a dense block."""
RESIDUAL = 0.2
"""How much of what a block makes is added to what it was given."""
TILE = 128
"""Pixels along a side, before enlarging, of what is enlarged at once."""
REACH = 2
"""Pixels, before enlarging, that the enlarging layers look beyond their own: 1 / 2 + 3 / 4, rounded up."""
WITHIN = "params_ema"
"""The entry of the released pickle that holds the weights."""


def _leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.2, inplace=True)


def _conv(channels: int, out: int) -> nn.Conv2d:
    return nn.Conv2d(channels, out, 3, padding=1)


class DenseBlock(nn.Module):
    """Convolutions, each of which sees all that came before it."""

    def __init__(self, channels: int, growth: int) -> None:
        super().__init__()
        self.growth = growth
        for number in range(1, DENSE):
            setattr(self, f"conv{number}", _conv(channels + (number - 1) * growth, growth))
        self.conv5 = _conv(channels + (DENSE - 1) * growth, channels)

    def forward(self, x: Tensor) -> Tensor:
        """(1, C, H, W) -> (1, C, H, W). One picture: its channels lie together, so none has to be copied to be seen."""
        channels, growth = x.shape[1], self.growth
        seen = x.new_empty(1, channels + (DENSE - 1) * growth, *x.shape[2:])
        seen[:, :channels] = x
        for number in range(1, DENSE):
            known = channels + (number - 1) * growth
            seen[:, known : known + growth] = _leaky(getattr(self, f"conv{number}")(seen[:, :known]))
        out: Tensor = self.conv5(seen).mul_(RESIDUAL).add_(x)
        return out


class ResidualBlock(nn.Module):
    """Three dense blocks."""

    def __init__(self, channels: int, growth: int) -> None:
        super().__init__()
        self.rdb1 = DenseBlock(channels, growth)
        self.rdb2 = DenseBlock(channels, growth)
        self.rdb3 = DenseBlock(channels, growth)

    def forward(self, x: Tensor) -> Tensor:
        """(1, C, H, W) -> (1, C, H, W)."""
        out: Tensor = self.rdb3(self.rdb2(self.rdb1(x))).mul_(RESIDUAL).add_(x)
        return out


class Upscaler(nn.Module):
    """The whole network."""

    def __init__(self, channels: int = 64, blocks: int = 23, growth: int = 32) -> None:
        super().__init__()
        self.conv_first = _conv(3, channels)
        self.body = nn.ModuleList(ResidualBlock(channels, growth) for _ in range(blocks))
        self.conv_body = _conv(channels, channels)
        self.conv_up1 = _conv(channels, channels)
        self.conv_up2 = _conv(channels, channels)
        self.conv_hr = _conv(channels, channels)
        self.conv_last = _conv(channels, 3)

    def enlarge(self, pictures: Tensor, tile: int = TILE) -> Tensor:
        """Pictures (B, 3, H, W) in 0..1 -> (B, 3, 4 H, 4 W) in 0..1, one after the other."""
        return torch.cat([self(picture[None], tile).clamp_(0, 1) for picture in pictures])

    def forward(self, picture: Tensor, tile: int = TILE) -> Tensor:
        """(1, 3, H, W) -> (1, 3, 4 H, 4 W), about 0..1.

        Nearly all of the depth is at the picture's own size, where it takes little memory. Only the enlarging is done
        in tiles of ``tile`` pixels; as its layers reach hardly beyond their pixels, the result is that of the whole.
        """
        features = self.conv_first(picture)
        x = features
        for block in self.body:
            x = block(x)
        features = features + self.conv_body(x)
        height, width = features.shape[2:]
        out = picture.new_empty(1, 3, FACTOR * height, FACTOR * width)
        for top in range(0, height, tile):
            for left in range(0, width, tile):
                self._enlarge_tile(features, out, top, left, tile)
        return out

    def _enlarge_tile(self, features: Tensor, out: Tensor, top: int, left: int, tile: int) -> None:
        """Write one tile of ``out``; what it computes beyond the tile is cut away."""
        first = max(0, top - REACH), max(0, left - REACH)
        part = features[:, :, first[0] : top + tile + REACH, first[1] : left + tile + REACH]
        large = self._enlarged(part)
        own = out[:, :, FACTOR * top : FACTOR * (top + tile), FACTOR * left : FACTOR * (left + tile)]
        above, before = FACTOR * (top - first[0]), FACTOR * (left - first[1])
        own.copy_(large[:, :, above : above + own.shape[2], before : before + own.shape[3]])

    def _enlarged(self, x: Tensor) -> Tensor:
        """Features (1, C, H, W) -> picture (1, 3, 4 H, 4 W)."""
        x = _leaky(self.conv_up1(F.interpolate(x, scale_factor=2, mode="nearest")))
        x = _leaky(self.conv_up2(F.interpolate(x, scale_factor=2, mode="nearest")))
        out: Tensor = self.conv_last(_leaky(self.conv_hr(x)))
        return out


def load_upscaler(path: Path) -> Upscaler:
    """The network of the released pickle, or of safetensors of the same names; its size follows from the shapes.

    On the CPU. Raises EngineError.
    """
    tensors = read_tensors(path, within=WITHIN)
    try:
        channels = len(tensors["conv_first.weight"])
        growth = len(tensors["body.0.rdb1.conv1.weight"])
        blocks = 1 + max(int(key.split(".")[1]) for key in tensors if key.startswith("body."))
    except (KeyError, IndexError, ValueError) as error:
        raise unusable(path, f"it is no network of Real-ESRGAN ({error!r})") from error
    with torch.device("meta"):
        network = Upscaler(channels, blocks, growth)
    return with_weights(network, tensors, path)
