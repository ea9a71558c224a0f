"""Image files -> float32 images; content decides what a file is, never its name.

Pillow's decoders for PNG and JPEG are called by themselves, not through `Image.open`:
so nothing but these two formats is ever parsed, and the limit on pixels is ours, with
no change of Pillow's global one.
"""

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin

from components.curate.source import Flaw

Decoded = np.ndarray[Any, Any] | Flaw
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
OTHERS = {
    b"GIF8": "GIF", b"BM": "BMP", b"II*\0": "TIFF", b"MM\0*": "TIFF",
    b"RIFF": "WebP or another RIFF file", b"%PDF": "PDF", b"PK\3\4": "ZIP",
    b"\0\0\0\x0cJXL ": "JPEG XL", b"\0\0\0\x0cjP  ": "JPEG 2000", b"8BPS": "Photoshop",
}  # fmt: skip
CONVERSIONS = (
    "grey, 1 bit and 16-bit grey: one channel, 16 bits kept",
    "palette: its colours",
    "16-bit colour: 8 bits",
    "transparency: composited over white",
    "CMYK, YCbCr: RGB, by Pillow's formulas, colour profiles ignored",
    "EXIF orientation: applied",
    "pictures after the first in a camera's JPEG: ignored",
)


def decode(path: Path, max_pixels: int) -> Decoded:
    """A file's image (height, width, 1 or 3), float32 in [-1, 1], or why not."""
    try:
        if not path.is_file():
            return Flaw("not_a_file", "neither a regular file nor a link to one")
        with path.open("rb") as file:
            start = file.read(16)
            file.seek(0)
            return _decode(file, start, max_pixels)
    except OSError as error:
        return Flaw("unreadable", error.strerror or str(error))


def _decode(file: BinaryIO, start: bytes, max_pixels: int) -> Decoded:
    if not start:
        return Flaw("empty_file", "0 bytes")
    if not start.startswith((PNG, JPEG)):
        known = [name for magic, name in OTHERS.items() if start.startswith(magic)]
        if known:
            return Flaw("unsupported_format", f"{known[0]}, expected PNG or JPEG")
        return Flaw("not_an_image", f"begins with {start[:8]!r}")
    # Decoders of broken files raise many kinds of exceptions; each is the file's
    # fault, and is recorded with its kind.
    try:
        if start.startswith(PNG):
            image: Image.Image = PngImagePlugin.PngImageFile(file)
        else:
            image = JpegImagePlugin.jpeg_factory(file)
        width, height = image.size
        if width * height > max_pixels:
            return Flaw("too_large", f"{width}x{height}, limit {max_pixels} pixels")
        if start.startswith(PNG) and getattr(image, "is_animated", False):
            return Flaw("animated", f"{getattr(image, 'n_frames', 2)} frames")
        image.load()
        return pixels(ImageOps.exif_transpose(image))
    except Exception as error:
        return Flaw("broken_image", f"{type(error).__name__}: {error}")


def pixels(image: Image.Image) -> np.ndarray[Any, Any]:
    """A decoded image in any of Pillow's modes, by the rules of `CONVERSIONS`."""
    values: np.ndarray[Any, Any]
    if image.mode.startswith("I"):
        values = np.asarray(image, np.float32)[..., None]
        return values / np.float32(32767.5) - 1
    if image.mode == "1":
        image = image.convert("L")
    if image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info:
        # A grey image stays grey: white under it is grey too.
        grey = image.mode in ("L", "LA", "La")
        above = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, above).convert("L" if grey else "RGB")
    if image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    values = np.asarray(image, np.float32)
    values = values[..., None] if values.ndim == 2 else values
    return values / np.float32(127.5) - 1
