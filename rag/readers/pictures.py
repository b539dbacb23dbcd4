"""Pictures of pages (.png, .jpg, .tif): put on the pages of a PDF and read as one that was scanned.

Run as a program (`python -m rag.readers.pictures`), it does the first in a process of its own: stdin takes the picture.
Entry points: `read_picture`, `picture_as_pdf`. Knows Pillow, there only.
"""

from __future__ import annotations

import base64
import functools
import io
import itertools
import time
from collections.abc import Callable
from typing import Any

from rag.errors import UnreadableSource
from rag.readers import recognition
from rag.readers.pdf import OCR_ADVICE, read_pdf, run_apart
from rag.records import Page

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
TIMEOUT_S = 120.0
MAX_PIXELS = 80_000_000  # a page of A4 at 1,000 dots an inch
MAX_FRAMES = 500
A4_INCHES = (8.27, 11.69)  # what a picture is taken for, as far as it fits


def read_picture(data: bytes, on_page: Callable[[int, int], None] | None = None) -> list[Page]:
    """Return the pages of a picture, one for each of its frames; `on_page` as in `read_pdf`.

    Raises:
        UnreadableSource: No picture, too large, without any text; or no package to recognise it.
    """
    if not recognition.is_installed():
        raise UnreadableSource("this is a picture, and nothing here can recognise its text", advice=OCR_ADVICE)
    return read_pdf(picture_as_pdf(data), on_page)


def picture_as_pdf(data: bytes) -> bytes:
    """Return a picture on the pages of a PDF; the same bytes for the same picture.

    Raises:
        UnreadableSource: No picture, or one that is too large.
    """
    answer = run_apart(data, "rag.readers.pictures", timeout_s=TIMEOUT_S)
    return base64.b64decode(answer["pdf"])


def main() -> None:
    """Print `{"pdf": base64}` or `{"error": kind, "detail": text}` for a picture from stdin."""
    from rag.readers.pdf_process import answer_guarded

    answer_guarded(_convert)


def _convert(data: bytes) -> dict[str, Any]:
    from PIL import Image, ImageSequence

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2  # refused at twice that
    try:
        picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF"))
        dots = max(picture.width / A4_INCHES[0], picture.height / A4_INCHES[1])
        frames = map(_flatten, itertools.islice(ImageSequence.Iterator(picture), MAX_FRAMES))
        save = functools.partial(next(frames).save, creationDate=time.gmtime(0), modDate=time.gmtime(0))
        stream = io.BytesIO()
        save(stream, "PDF", save_all=True, append_images=frames, resolution=dots, quality=92)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        return {"error": "no_picture", "detail": str(error)}
    return {"pdf": base64.b64encode(stream.getvalue()).decode()}


def _flatten(frame: Any) -> Any:
    """Return a frame the right way up, on white, in grey or colour."""
    from PIL import Image, ImageOps

    upright = ImageOps.exif_transpose(frame)
    if upright.mode in ("1", "L"):
        return upright.convert("L")
    layered = upright.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered).convert("RGB")


if __name__ == "__main__":
    main()
