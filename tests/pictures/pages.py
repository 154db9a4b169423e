"""HTML files in, pictures of them by a browser without a window out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.pictures.palette import with_palette

CHROMIUM = "/usr/bin/chromium"


@dataclass(frozen=True, slots=True)
class Shot:
    """What to photograph, how large, and where the picture goes."""

    page: Path
    picture: Path
    width: int
    height: int
    scale: int = 1
    dark: bool = False
    part: str = ""
    """A selector of what to show; empty: the page from its top."""


def shoot(shots: Iterable[Shot]) -> None:
    """Take every picture, one after another, from files alone."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        reader = browser.new_page()
        for shot in shots:
            page = browser.new_page(
                viewport={"width": shot.width, "height": shot.height},
                device_scale_factor=shot.scale,
                color_scheme="dark" if shot.dark else "light",
            )
            page.goto(shot.page.resolve().as_uri())
            if shot.part:
                page.eval_on_selector(shot.part, "part => part.scrollIntoView()")
            shot.picture.write_bytes(with_palette(page.screenshot(), reader))
            page.close()
        browser.close()
