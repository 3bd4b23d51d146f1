"""What becomes of a picture: small, upright, bare of metadata, or a reason why there is none."""

from __future__ import annotations

import zlib
from struct import pack

import pytest
from PIL import Image, ImageCms

from digest.compose.pictures import BYTES, DISPLAYED, HIGHEST, shrink
from digest.errors import GatherError
from tests.drawn import drawing, file_of, noise, opened, photograph

ORIENTATION, MAKER = 0x0112, 0x010F


def rgb(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    """The colour at a place told in parts of the width and the height."""
    found = image.convert("RGB").getpixel((round(x * (image.width - 1)), round(y * (image.height - 1))))
    assert isinstance(found, tuple)
    return tuple(int(part) for part in found)


@pytest.mark.parametrize("size", [(2400, 1350), (1200, 1800), (700, 500)])
def test_a_photograph_becomes_a_light_jpeg_of_at_most_twice_its_width_on_screen(size: tuple[int, int]) -> None:
    kept = shrink(file_of(photograph(*size)))
    image = opened(kept.bytes)
    assert (image.format, kept.name[-4:]) == ("JPEG", ".jpg")
    assert len(kept.bytes) <= BYTES
    assert (kept.width <= DISPLAYED, kept.height <= HIGHEST) == (True, True)
    assert kept.width == DISPLAYED or kept.height == HIGHEST
    assert image.width <= min(2 * kept.width, size[0])
    assert abs(kept.width / kept.height - size[0] / size[1]) < 0.01


def test_what_hardly_compresses_is_brought_under_the_budget_too() -> None:
    assert len(shrink(file_of(noise(1300, 1100))).bytes) <= BYTES


def test_a_picture_is_never_enlarged() -> None:
    kept = shrink(file_of(photograph(300, 200)))
    assert (kept.width, kept.height) == (300, 200)
    assert opened(kept.bytes).size == (300, 200)


def test_the_same_bytes_give_the_same_picture_under_the_same_name() -> None:
    body = file_of(photograph(800, 500))
    assert shrink(body) == shrink(body)
    assert shrink(body).name != shrink(file_of(photograph(800, 500, seed=2))).name


def test_a_drawing_becomes_a_png_on_white_so_that_dark_mode_does_not_swallow_it() -> None:
    kept = shrink(file_of(drawing(1600, 900), "PNG"))
    image = opened(kept.bytes)
    assert (image.format, kept.name[-4:]) == ("PNG", ".png")
    assert "transparency" not in image.info
    assert rgb(image, 0, 0) == (255, 255, 255)
    assert rgb(image, 0.75, 0.42) == (0, 0, 0)


def test_a_transparent_palette_lies_on_white_as_well() -> None:
    image = drawing(400, 300).convert("P")
    assert rgb(opened(shrink(file_of(image, "GIF", transparency=image.getpixel((0, 0)))).bytes), 0, 0) == (255, 255, 255)


def test_an_animation_gives_its_first_image() -> None:
    red, blue = Image.new("RGB", (400, 300), (200, 0, 0)), Image.new("RGB", (400, 300), (0, 0, 200))
    kept = shrink(file_of(red, "GIF", save_all=True, append_images=[blue, blue], duration=50))
    assert rgb(opened(kept.bytes), 0.5, 0.5) == (200, 0, 0)
    assert not getattr(opened(kept.bytes), "is_animated", False)


def test_a_photograph_taken_on_its_side_stands_up_and_its_metadata_stays_behind() -> None:
    lying = photograph(900, 600)
    lying.paste((250, 250, 250), (0, 0, 200, 600))  # its left edge is what was up
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "Fabricant d'essai"
    kept = shrink(file_of(lying, exif=exif))
    image = opened(kept.bytes)
    assert kept.width < kept.height
    assert min(rgb(image, 0.5, 0.05)) > 230
    assert dict(image.getexif()) == {}
    assert b"Fabricant" not in kept.bytes


def test_profiles_and_comments_stay_behind_and_colours_stay_the_same() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo = photograph(800, 500)
    kept = shrink(file_of(photo, icc_profile=profile, comment=b"secret"))
    assert b"secret" not in kept.bytes
    assert "icc_profile" not in opened(kept.bytes).info
    near = [abs(a - b) for a, b in zip(rgb(opened(kept.bytes), 0.5, 0.5), rgb(photo, 0.5, 0.5), strict=True)]
    assert max(near) < 40
    assert shrink(file_of(photo, icc_profile=b"no profile" * 20)).width == 552


@pytest.mark.parametrize("mode", ["CMYK", "L", "1", "RGBA", "LA", "P", "I;16"])
@pytest.mark.filterwarnings("ignore:Palette images with Transparency")
def test_every_kind_of_colours_becomes_rgb_or_a_palette(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    photo = photograph(600, 400)
    image = photo.convert("I").point(lambda grey: grey * 257).convert("I;16") if mode == "I;16" else photo.convert(mode)
    kept = shrink(file_of(image, kind))
    assert opened(kept.bytes).mode in ("RGB", "P")
    bright = opened(kept.bytes).convert("L").resize((1, 1)).getpixel((0, 0))
    expected = photo.convert("L").resize((1, 1)).getpixel((0, 0))
    assert isinstance(bright, int)
    assert isinstance(expected, int)
    assert abs(bright - expected) < 25, "16 bits are divided, not cut off; CMYK is not inverted"


@pytest.mark.parametrize("kind", ["WEBP", "AVIF"])
def test_what_outlook_does_not_show_becomes_a_jpeg(kind: str) -> None:
    if kind not in Image.SAVE and not (Image.init() and kind in Image.SAVE):
        pytest.skip("this Pillow does not write it")
    assert opened(shrink(file_of(photograph(600, 400), kind)).bytes).format == "JPEG"


# ------------------------------------------------------------------------------------------------ what is refused


def bomb(width: int, height: int) -> bytes:
    """The head of a PNG that says it is immense; hardly any byte follows."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"", "no picture that emails can show"),
        (b"<!doctype html><html><body>Non</body></html>", "no picture that emails can show"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" width="600" height="400"/>', "no picture that emails can show"),
        (bomb(100_000, 100_000), "more than 50 million pixels"),
        (bomb(9_000, 9_000), "more than 50 million pixels"),
        (bomb(600, 400), "damaged"),
    ],
)
def test_what_is_no_picture_is_told_and_a_bomb_is_not_decoded(body: bytes, cause: str) -> None:
    with pytest.raises(GatherError, match=cause):
        shrink(body)


def test_formats_of_the_office_stay_closed() -> None:
    for kind in ("TIFF", "BMP", "ICO", "PPM"):
        with pytest.raises(GatherError, match="no picture that emails can show"):
            shrink(file_of(photograph(300, 200), kind))


@pytest.mark.parametrize(("kind", "part"), [("JPEG", 0.5), ("PNG", 0.5), ("GIF", 0.5), ("WEBP", 0.5), ("JPEG", 0.01)])
def test_a_file_that_ends_early_is_damaged(kind: str, part: float) -> None:
    body = file_of(photograph(600, 400), kind)
    with pytest.raises(GatherError, match=r"damaged|no picture"):
        shrink(body[: int(len(body) * part)])


def test_logos_pixels_and_strips_are_no_illustrations() -> None:
    for size in ((1, 1), (199, 300)):
        with pytest.raises(GatherError, match="a logo, not an illustration"):
            shrink(file_of(Image.new("RGB", size, "navy"), "PNG"))
    for size in ((1000, 200), (210, 1000)):
        with pytest.raises(GatherError, match="strip"):
            shrink(file_of(Image.new("RGB", size, "navy"), "PNG"))
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    with pytest.raises(GatherError, match="only 150 pixels wide"):
        shrink(file_of(photograph(400, 150), exif=exif))
