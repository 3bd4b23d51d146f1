"""A picture as it was found becomes one that an email may carry: small, upright, bare of metadata, a JPEG or a PNG.

The one home of Pillow. Pure; but it decodes what strangers made, so whoever calls it does so in a process that can be killed.
What Pillow and its libraries give may differ between two versions of theirs: a picture is made once, and kept.
"""

from __future__ import annotations

import hashlib
import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from digest.errors import N_, GatherError

DISPLAYED: Final = 552
"""Pixels: the widest that a picture is shown. It is kept at up to twice that, for screens of high density."""
HIGHEST: Final = 414
"""Pixels: three quarters of the width. A portrait is shown narrower, so that no picture fills the screen of a phone."""
BYTES: Final = 30_000
"""Heaviest picture. EMAIL practice (badsender.com, eco-conception): weight is the lever, and what is seen is 552 pixels wide."""
NARROWEST: Final = 200
"""Pixels; a narrower one is a logo, a face, or a pixel that counts readers."""
PIXELS: Final = 50_000_000
"""Of the picture as found; a camera of 48 megapixels passes, a bomb is refused before it is decoded."""
_LONGEST = 4
"""How many times its other side a side may be: beyond, it is a banner or a strip."""
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
"""What the web shows. Of Pillow's 40 readers, those that nobody needs stay closed to strangers."""
_FLAT = 0.9
"""Share of a drawing that its 16 main colours cover; in a photograph, even a grey one, they cover a fifth."""
_JPEG_STEPS = (
    *((2.0, quality) for quality in (75, 65, 55, 45)),
    *((1.5, quality) for quality in (60, 50, 40)),
    *((1.0, quality) for quality in (65, 55, 45, 35)),
    *((0.75, quality) for quality in (45, 35, 25)),
)
"""Times the displayed size, and JPEG quality: on dense screens more pixels of a lower quality look better than the reverse."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture as an email carries it."""

    name: str
    """From the bytes: 16 hexadecimal digits and `.jpg` or `.png`."""
    bytes: bytes
    width: int
    """Pixels as displayed."""
    height: int


def shrink(body: bytes) -> Kept:
    """The picture in a body, made small enough for an email: at most 30 KB, shown at most 552 pixels wide and 414 high.

    The first image of an animation; the sides swapped where EXIF says so, its other metadata left out; transparency on white,
    since a dark ground would swallow what is drawn in black. Raises GatherError for what is no picture, or none worth showing.
    """
    with _explained():
        Image.init()
        image = Image.open(io.BytesIO(body), formats=[name for name in _FORMATS if name in Image.OPEN])  # AVIF from Pillow 11.3
        _check(image)
        image.draft(None, (4 * DISPLAYED, 4 * HIGHEST))  # a JPEG is decoded at a half, a quarter or an eighth
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        opaque = _opaque(_in_srgb(image))
        return _as_drawing(opaque) or _as_photograph(opaque)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnidentifiedImageError as error:
        raise GatherError(N_("what is there is no picture that emails can show")) from error
    except Image.DecompressionBombError as error:
        raise GatherError(_TOO_LARGE, millions=PIXELS // 1_000_000) from error
    except (OSError, ValueError, SyntaxError, ArithmeticError, TypeError, LookupError, struct.error) as error:
        # What Pillow's readers raise for a file that ends early or says one thing and holds another (SyntaxError: a broken PNG).
        raise GatherError(N_("the picture is damaged")) from error


_TOO_LARGE = N_("the picture has more than {millions} million pixels")


def _check(image: Image.Image) -> None:
    """Raises GatherError for a picture that will not be shown, from what its head says: nothing is decoded yet."""
    width, height = image.size
    if width * height > PIXELS:
        raise GatherError(_TOO_LARGE, millions=PIXELS // 1_000_000)
    if image.getexif().get(_ORIENTATION, 1) >= 5:  # lies on its side
        width, height = height, width
    if width < NARROWEST:
        raise GatherError(N_("the picture is only {width} pixels wide: a logo, not an illustration"), width=width)
    if max(width, height) > _LONGEST * min(width, height):
        raise GatherError(N_("the picture is a strip of {width} × {height} pixels"), width=width, height=height)


_ORIENTATION = 0x0112


def _in_srgb(image: Image.Image) -> Image.Image:
    """The colours as a screen shows them without the picture's own profile, which is left out."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "CMYK"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):  # a profile that is broken, or of another kind of colours
        return image
    return converted or image


def _opaque(image: Image.Image) -> Image.Image:
    """Eight bits a colour, on white where it was transparent."""
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would cut off rather than divide
        return image.convert("I").point(lambda grey: grey * (1 / 256)).convert("L").convert("RGB")
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        drawn = image.convert("RGBA")
        white = Image.new("RGB", drawn.size, "white")
        white.paste(drawn, mask=drawn.getchannel("A"))
        return white
    return image.convert("RGB")


def _as_drawing(image: Image.Image) -> Kept | None:
    """A picture in flat colours as a PNG, which keeps its edges sharp; None for another, or where that weighs too much."""
    if not _is_flat(image):
        return None
    file = io.BytesIO()
    _scaled(image, 2.0).quantize(64, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return _kept(file.getvalue(), "png", image) if file.tell() <= BYTES else None


def _is_flat(image: Image.Image) -> bool:
    sample = image.resize((min(image.width, 400), min(image.height, 400)), Image.Resampling.NEAREST)
    counts = sorted((count for count, _ in sample.getcolors(400 * 400) or ()), reverse=True)
    return sum(counts[:16]) >= _FLAT * sum(counts)


def _as_photograph(image: Image.Image) -> Kept:
    scaled, at = image, 0.0
    for density, quality in _JPEG_STEPS:
        if density != at:
            scaled, at = _scaled(image, density), density
        file = io.BytesIO()
        scaled.save(file, "JPEG", quality=quality, optimize=True, progressive=True, subsampling="4:2:0")
        if file.tell() <= BYTES:
            return _kept(file.getvalue(), "jpg", image)
    raise GatherError(N_("the picture cannot be brought under {limit} KB"), limit=BYTES // 1000)


def _scaled(image: Image.Image, density: float) -> Image.Image:
    """The picture at some times the size at which it is shown, never larger than it is."""
    width, height = _displayed(image)
    size = round(width * density), round(height * density)
    if size[0] >= image.width:
        return image
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _displayed(image: Image.Image) -> tuple[int, int]:
    scale = min(1.0, DISPLAYED / image.width, HIGHEST / image.height)
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))


def _kept(content: bytes, suffix: str, image: Image.Image) -> Kept:
    return Kept(f"{hashlib.sha256(content).hexdigest()[:16]}.{suffix}", content, *_displayed(image))
