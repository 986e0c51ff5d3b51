"""A report as one HTML page that needs nothing but itself: no script, no file, no network."""

from base64 import b64encode
from collections.abc import Iterable
from html import escape

from ichdesk.report.document import (
    Block,
    Bullets,
    Field,
    Figure,
    Headline,
    Paragraph,
    Picture,
    Pictures,
    Report,
    Section,
    Table,
)
from ichdesk.report.style import STYLE
from ichdesk.report.svg import svg

GENERATOR = "ICHDesk report"
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def html(report: Report) -> str:
    """The page; everything in it that comes from the project is text."""
    sections = "\n".join(_section(n, each) for n, each in enumerate(report.sections, start=1))
    title = escape(report.title)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="generator" content="{GENERATOR}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: report</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<h1 dir="auto">{title}</h1>
<p class="soft">{escape(report.subtitle)}</p>
</header>
<main>
{sections}
</main>
<footer>{escape(report.notice)}</footer>
</body>
</html>
"""


def _section(number: int, section: Section) -> str:
    key, blocks = escape(section.key), "\n".join(map(_block, section.blocks))
    page = ' class="own-page"' if section.own_page else ""
    return (
        f'<section id="{key}"{page} aria-labelledby="{key}-title">\n'
        f'<h2 id="{key}-title">{number}. {escape(section.title)}</h2>\n{blocks}\n</section>'
    )


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            written = f'<p class="{block.tone}">{escape(block.text)}</p>'
        case Bullets():
            written = f"<ul>{''.join(f'<li>{escape(point)}</li>' for point in block.points)}</ul>"
        case Headline():
            number, text = escape(block.number), escape(block.text)
            written = f'<p class="headline"><strong>{number}</strong><span>{text}</span></p>'
        case Field():
            written = _field(block)
        case Table():
            written = _table(block)
        case Figure():
            written = _figure("".join(map(svg, block.drawings)), block.caption)
        case Pictures():
            pictures = "".join(map(_picture, block.pictures))
            written = _figure(f'<ul class="pictures">{pictures}</ul>', block.caption)
    return written


def _figure(inner: str, caption: str) -> str:
    return f"<figure><div>{inner}</div><figcaption>{escape(caption)}</figcaption></figure>"


def _field(field: Field) -> str:
    label = escape(field.label)
    return (
        f'<p class="label">{label}</p><div class="field lines{field.lines}" role="textbox" '
        f'aria-multiline="true" aria-label="{label}" contenteditable="true" dir="auto"></div>'
    )


def _table(table: Table) -> str:
    columns = "".join(f'<col style="width:{100 * width:.4g}%">' for width in table.widths)
    head = "".join(
        f'<th scope="col"{_number(table, i)}>{escape(text)}</th>'
        for i, text in enumerate(table.head)
    )
    rows = [_row(table, row) for row in table.rows]
    last = f"<tfoot>{rows.pop()}</tfoot>" if table.total else ""
    kind = "dense" if table.dense else "" if table.head else "facts"
    return (
        f'<table class="{kind}"><caption>{escape(table.caption)}</caption>'
        f"<colgroup>{columns}</colgroup>"
        f"{f'<thead><tr>{head}</tr></thead>' if head else ''}"
        f"<tbody>{''.join(rows)}</tbody>{last}</table>"
    )


def _row(table: Table, row: Iterable[str]) -> str:
    cells = []
    for index, text in enumerate(row):
        first, *remarks = map(escape, text.split("\n"))
        inner = first + "".join(f"<br><small>{remark}</small>" for remark in remarks)
        tag = 'th scope="row"' if index == 0 else "td"
        cells.append(f'<{tag} dir="auto"{_number(table, index)}>{inner}</{tag[:2]}>')
    return f"<tr>{''.join(cells)}</tr>"


def _number(table: Table, column: int) -> str:
    return ' class="number"' if column >= table.numbers_from else ""


def _picture(picture: Picture) -> str:
    lines = "<br>".join(map(escape, picture.lines))
    alt = escape(picture.alt)
    if not picture.jpeg:
        image = f'<span class="gone" role="img" aria-label="{alt}"></span>'
    else:
        data = b64encode(picture.jpeg).decode("ascii")
        image = f'<img src="data:image/jpeg;base64,{data}" alt="{alt}">'
    return f'<li>{image}<span dir="auto">{lines}</span></li>'
