"""The report of the embedded table in a real browser: on a screen, on a phone, in the dark, and on paper."""

import os
import shutil
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api")
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

import neurode

NAMES = ("chromium", "chromium-browser", "google-chrome")

A4_HEIGHT, A4_WIDTH = 1123, 794
"""In the pixels of a browser, 96 an inch."""


def absent(reason):
    """Skips, except where CI promises that the browser is there."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    run = neurode.train(
        "credit_default", cost={"false_negative": 5, "false_positive": 1}, epochs=3,
        output=tmp_path_factory.mktemp("browser"),
    )  # fmt: skip
    return run.path / "report.html"


@pytest.fixture(scope="module")
def browser():
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        absent("there is no Chromium")
    with sync_playwright() as playwright:
        # A sandbox needs more rights than a container gives.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(browser, path):
    """Opens the report from disk; afterwards nothing was said and nothing asked for but the file."""
    said, asked, contexts = [], [], []

    def open_page(width=1280, height=900, **settings):
        context = browser.new_context(viewport={"width": width, "height": height}, **settings)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
    assert set(asked) == {path.as_uri()}


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened, scheme, width):
    # axe is a script, which the page's own policy would refuse.
    page = opened(width, color_scheme=scheme, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found] == []


def test_dark_is_dark_and_figures_go_along(opened):
    colors = {}
    for scheme in ("light", "dark"):
        page = opened(color_scheme=scheme)
        colors[scheme] = page.evaluate(
            "[getComputedStyle(document.documentElement).backgroundColor,"
            " getComputedStyle(document.querySelector('figure svg text')).fill]"
        )
    assert colors["light"][0] == "rgb(255, 255, 255)"
    assert all(light != dark for light, dark in zip(colors["light"], colors["dark"]))


@pytest.mark.parametrize("width", [320, 360, 768, 1920])
def test_nothing_is_wider_than_the_screen(opened, width):
    page = opened(width, 740)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_link_of_the_contents_leads_to_its_heading(opened):
    page = opened()
    links = page.eval_on_selector_all(
        "nav a",
        "all => all.map(a => [a.textContent, document.querySelector(a.getAttribute('href')).textContent])",
    )
    assert len(links) >= 12
    assert all(name == heading for name, heading in links)


def test_on_paper_every_figure_is_whole_on_one_page_and_what_was_folded_is_open(opened, path, tmp_path):
    page = opened(A4_WIDTH, A4_HEIGHT)
    page.emulate_media(media="print")
    margins = 2 * 16 / 25.4 * 96
    boxes = page.eval_on_selector_all(
        "figure", "all => all.map(f => [f.getBoundingClientRect().height, getComputedStyle(f).breakInside])"
    )
    assert len(boxes) >= 20
    # What breaks nowhere inside and is no taller than a page is cut nowhere.
    assert all(rule == "avoid" for _, rule in boxes)
    assert max(height for height, _ in boxes) < A4_HEIGHT - margins
    hidden = page.eval_on_selector_all(
        "details > :not(summary)", "all => all.filter(e => e.getBoundingClientRect().height === 0).length"
    )
    assert hidden == 0

    target = tmp_path / "report.pdf"
    page.pdf(path=target, prefer_css_page_size=True)
    sheets = [sheet.extract_text() for sheet in PdfReader(target).pages]
    assert len(sheets) < 30
    captions = page.eval_on_selector_all("figcaption", "all => all.map(each => each.textContent)")
    flat = [" ".join(text.split()) for text in sheets]
    for caption in captions:
        start = " ".join(caption.split())[:40]
        assert any(start in text for text in flat), caption


def test_it_can_be_mailed(path):
    assert Path(path).stat().st_size < 3_000_000
