"""Printed pages as a scanner gives them: pictures without text, a little turned, a little noisy."""

from __future__ import annotations

import io

import numpy as np
import pypdfium2
from PIL import Image, ImageFilter


def scan(data: bytes, *, dpi: int = 150, degrees: float = 0.7, noise: float = 12, seed: int = 1) -> bytes:
    """Return a PDF whose pages are pictures of those of another one.

    Args:
        data: The printed file.
        dpi: Pixels to an inch.
        degrees: By how much each page is turned, now to one side and now to the other.
        noise: Standard deviation of what is added to each pixel, of 255.
        seed: Of the noise.
    """
    pages = pictures(data, dpi=dpi, degrees=degrees, noise=noise, seed=seed)
    stream = io.BytesIO()
    pages[0].save(stream, "PDF", save_all=True, append_images=pages[1:], resolution=dpi)
    return stream.getvalue()


def pictures(data: bytes, *, dpi: int, degrees: float, noise: float, seed: int) -> list[Image.Image]:
    """Return the pages of a PDF as grey pictures; for the arguments see `scan`."""
    chance = np.random.default_rng(seed)
    document = pypdfium2.PdfDocument(data)
    made = []
    for number in range(len(document)):
        page = document[number].render(scale=dpi / 72).to_pil().convert("L")
        turned = page.rotate(degrees * (-1) ** number, resample=Image.Resampling.BICUBIC, fillcolor=255)
        soft = np.asarray(turned.filter(ImageFilter.GaussianBlur(0.6)), dtype=float)
        noisy = soft + chance.normal(0, noise, soft.shape)
        made.append(Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)))
    return made
