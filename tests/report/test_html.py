"""The page holds everything itself, and what comes from a project is nothing but text in it."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from ichdesk.report.build import build_report
from ichdesk.report.document import Report
from ichdesk.report.html import html
from ichdesk.report.source import ReportSource

MakeSource = Callable[..., ReportSource]
VOID = {"meta", "img", "br", "col", "polyline", "rect", "circle"}
NAMES = (
    "<script>alert('x')</script>",
    '"><img src=x onerror=alert(1)>',
    "نزيف داخل الدماغ",
    "A" * 200,
    "Blutung 🩸 & Co",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.live",
)


class Page(HTMLParser):
    """Tags with their attributes, and the text; fails where tags are not nested."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs)
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def report(make_source: MakeSource) -> Report:
    return build_report(make_source(*NAMES))


@pytest.fixture
def page(report: Report) -> Page:
    return Page(html(report))


def test_nothing_comes_from_elsewhere_and_nothing_runs(page: Page) -> None:
    assert not {tag for tag, _ in page.tags} & {"script", "link", "iframe", "object", "a", "base"}
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert "http" not in (value or "") or name == "http-equiv", (tag, name)
            if name in {"src", "href"}:
                assert str(value).startswith("data:image/jpeg;base64,")
    style = page.text[: page.text.index("Report of")]
    assert "url(" not in style
    assert "@import" not in style


def test_names_of_a_project_are_text(page: Page) -> None:
    assert "<script>alert('x')</script>" in page.text
    assert '"><img src=x onerror=alert(1)>' in page.text
    assert "نزيف داخل الدماغ" in page.text
    assert "A" * 200 in page.text
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in page.text
    assert all(str(a["src"]).startswith("data:") for tag, a in page.tags if tag == "img")


def test_everything_to_see_is_told_to_who_cannot(page: Page, report: Report) -> None:
    attributes_of = {tag: [a for t, a in page.tags if t == tag] for tag in ("html", "img", "svg")}
    assert attributes_of["html"] == [{"lang": "en"}]
    assert len(attributes_of["img"]) >= len(NAMES)
    assert all(attributes["alt"] for attributes in attributes_of["img"])
    assert all(a["role"] == "img" and a["aria-label"] for a in attributes_of["svg"])
    fields = [a for _, a in page.tags if a.get("contenteditable")]
    assert len(fields) >= 7
    assert all(attributes["aria-label"] for attributes in fields)


def test_sections_are_numbered_in_order(page: Page, report: Report) -> None:
    keys = [attributes["id"] for tag, attributes in page.tags if tag == "section"]
    assert keys == [section.key for section in report.sections]
    for number, section in enumerate(report.sections, start=1):
        assert f"{number}. {section.title}" in page.text


def test_the_same_run_on_the_same_day_is_the_same_page(make_source: MakeSource) -> None:
    source = make_source("Hemorrhage", "Normal", slices=True)
    assert html(build_report(source)) == html(build_report(source))


def test_tables_have_as_many_cells_in_each_row(page: Page) -> None:
    tags = [tag for tag, _ in page.tags]
    for start in (i for i, tag in enumerate(tags) if tag == "table"):
        columns = tags[start : start + 12].count("col")
        rows, count = list[int](), -1
        for tag in tags[start + 1 :]:
            if tag in {"table", "section"}:
                break
            if tag == "tr":
                rows.append(0)
                count = len(rows) - 1
            elif tag in {"td", "th"} and count >= 0:
                rows[count] += 1
        assert set(rows) == {columns}
