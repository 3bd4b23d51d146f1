"""Pictures that the tests draw themselves: what looks like a photograph, what looks like a drawing, and their files."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image, ImageDraw


def photograph(width: int, height: int, seed: int = 1) -> Image.Image:
    """Clouds of every colour, with some grain: as hard to compress as a photograph."""
    random = np.random.default_rng(seed)
    clouds = Image.fromarray(random.integers(0, 256, (6, 9, 3), dtype=np.uint8)).resize((width, height), Image.Resampling.BICUBIC)
    grain = Image.fromarray(random.integers(0, 256, (height // 4 + 1, width // 4 + 1, 3), dtype=np.uint8)).resize((width, height))
    return Image.blend(clouds, grain, 0.12)


def noise(width: int, height: int) -> Image.Image:
    """Nothing but grain: what no format compresses."""
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8))


def drawing(width: int, height: int, ground: tuple[int, ...] = (0, 0, 0, 0)) -> Image.Image:
    """A disc and a bar in flat colours on a ground that is transparent where nothing else is said."""
    image = Image.new("RGBA", (width, height), ground)
    pen = ImageDraw.Draw(image)
    pen.ellipse((width // 8, height // 8, width // 2, height * 7 // 8), fill=(20, 80, 150, 255))
    pen.rectangle((width * 5 // 8, height // 3, width * 7 // 8, height // 2), fill=(0, 0, 0, 255))
    return image


def file_of(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The bytes of a picture's file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def opened(content: bytes) -> Image.Image:
    """The picture in a file."""
    return Image.open(io.BytesIO(content))
