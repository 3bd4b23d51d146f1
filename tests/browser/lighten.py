"""Makes the screenshots of a folder light enough for the guides: `python -m tests.browser.lighten FROM TO`."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

LARGEST = 70_000
"""Bytes of a picture: a guide with four of them opens at once on a phone."""


def main(source: Path, target: Path) -> None:
    """Write each picture again, with as many colours as keep it light. Ends with 1 for one that is too heavy with 16."""
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(source.glob("*.png")):
        light = target / file.name
        with Image.open(file) as picture:
            seen = picture.convert("RGB")
        for colours in (256, 128, 64, 32, 16):
            seen.quantize(colours, dither=Image.Dither.NONE).save(light, optimize=True)
            if light.stat().st_size <= LARGEST:
                break
        else:
            sys.exit(f"{light}: {light.stat().st_size} bytes")
        sys.stdout.write(f"{light}: {seen.width} × {seen.height}, {colours} colours, {light.stat().st_size // 1000} KB\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
