"""A drawing as SVG inside an HTML page."""

from html import escape

from ichdesk.report.drawing import Box, Disk, Drawing, Label, Line, Mark


def svg(drawing: Drawing) -> str:
    """The element; text stays text, and nothing in it comes from elsewhere."""
    width, height = _px(drawing.width_px), _px(drawing.height_px)
    marks = "".join(map(_mark, drawing.marks))
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(drawing.alt)}">{marks}</svg>'
    )


def _mark(mark: Mark) -> str:
    match mark:
        case Line():
            return _line(mark)
        case Box():
            x, y = map(_px, mark.corner)
            size = f'width="{_px(mark.width_px)}" height="{_px(mark.height_px)}"'
            return f'<rect x="{x}" y="{y}" {size} fill="{mark.fill}"/>'
        case Disk():
            x, y = map(_px, mark.center)
            return f'<circle cx="{x}" cy="{y}" r="{_px(mark.radius_px)}" fill="{mark.fill}"/>'
        case Label():
            return _label(mark)


def _line(line: Line) -> str:
    points = " ".join(f"{_px(x)},{_px(y)}" for x, y in line.points)
    dashes = ' stroke-dasharray="4 3"' if line.dashed else ""
    return (
        f'<polyline points="{points}" fill="none" stroke="{line.color}" '
        f'stroke-width="{_px(line.width_px)}"{dashes}/>'
    )


def _label(label: Label) -> str:
    x, y = map(_px, label.place)
    turn = f' transform="rotate(-90 {x} {y})"' if label.turned else ""
    weight = ' font-weight="600"' if label.bold else ""
    return (
        f'<text x="{x}" y="{y}" fill="{label.color}" font-size="{_px(label.size_px)}" '
        f'text-anchor="{label.anchor}"{weight}{turn}>{escape(label.text)}</text>'
    )


def _px(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
