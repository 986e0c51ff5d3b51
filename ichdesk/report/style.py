"""The style sheet of the page: quiet, light, and made to be printed on A4, too."""

from ichdesk.core.results import NOTE
from ichdesk.report import look
from ichdesk.report.document import COLUMNS

STYLE = f"""
:root {{ color-scheme: light; }}
* {{ box-sizing: border-box; }}
body {{
  margin: 0 auto; padding: 40px 24px 64px; max-width: 704px; background: {look.PAPER};
  color: {look.TEXT}; font: 14px/1.5 "Segoe UI", "Helvetica Neue", Roboto, "Noto Sans", Arial,
  sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}}
h1 {{ margin: 0; font-size: 26px; font-weight: 600; line-height: 1.25; }}
h2 {{
  margin: 40px 0 12px; padding-top: 16px; border-top: 1px solid {look.LINE};
  color: {look.ACCENT}; font-size: 18px; font-weight: 600; line-height: 1.3;
}}
p {{ margin: 0 0 12px; }}
ul {{ margin: 0 0 12px; padding-left: 20px; }}
li {{ margin-bottom: 6px; }}
svg text {{ font-family: inherit; }}
.soft, figcaption, caption, small, footer {{ color: {look.TEXT_SOFT}; font-size: 12px; }}
.warning {{
  padding: 10px 14px; border-radius: 8px; background: {look.WARNING_SOFT}; color: {look.WARNING};
}}
.headline {{
  display: flex; align-items: center; gap: 20px; padding: 14px 20px; border-radius: 8px;
  background: {look.ACCENT_SOFT};
}}
.headline strong {{
  flex: none; color: {look.ACCENT}; font-size: 40px; font-weight: 600; line-height: 1.1;
}}
.label {{ margin: 14px 0 2px; font-weight: 600; }}
.field {{
  margin-bottom: 16px; padding: 0 4px; line-height: 28px; outline-offset: 2px;
  background: repeating-linear-gradient(
    transparent, transparent 27px, {look.LINE_STRONG} 27px, {look.LINE_STRONG} 28px);
}}
.field:focus {{ outline: 2px solid {look.ACCENT}; }}
.lines1 {{ min-height: 28px; }} .lines2 {{ min-height: 56px; }} .lines3 {{ min-height: 84px; }}
table {{
  width: 100%; margin: 20px 0 16px; border-collapse: collapse; table-layout: fixed; font-size: 13px;
}}
caption {{ caption-side: top; padding-bottom: 6px; text-align: left; }}
th, td {{
  padding: 6px; border-bottom: 1px solid {look.LINE}; text-align: left; vertical-align: top;
  line-height: 1.35;
}}
th {{ font-weight: 600; }}
tbody th {{ font-weight: 400; }}
.facts th {{ font-weight: 600; }}
thead th {{ font-size: 12px; border-bottom: 1px solid {look.LINE_STRONG}; vertical-align: bottom; }}
tfoot th, tfoot td {{ border-bottom: 0; font-weight: 600; }}
.number {{ text-align: right; }}
small {{ font-size: 11px; }}
.dense {{ font-size: 12px; }} .dense th, .dense td {{ padding: 3px 6px; }}
figure {{ margin: 24px 0; }}
figure div {{ display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; }}
figure svg {{ display: block; max-width: 100%; height: auto; }}
figcaption {{ margin-top: 10px; }}
ul.pictures {{
  flex: 1; display: grid; grid-template-columns: repeat({COLUMNS}, 1fr); gap: 12px;
  margin: 0; padding: 0; list-style: none;
}}
.pictures li {{ margin: 0; font-size: 11px; line-height: 1.3; }}
.pictures img, .gone {{
  display: block; width: 100%; aspect-ratio: 1; margin-bottom: 4px; background: #000000;
}}
.gone {{ border: 1px dashed {look.LINE_STRONG}; background: {look.SHADE}; }}
footer {{ margin-top: 40px; padding-top: 12px; border-top: 1px solid {look.LINE}; }}
@page {{
  size: A4; margin: 16mm 18mm 18mm;
  @bottom-left {{ content: "{NOTE}"; font-size: 9pt; }}
  @bottom-right {{ content: counter(page); font-size: 9pt; }}
}}
@media print {{
  body {{ max-width: none; padding: 0; -webkit-print-color-adjust: exact;
    print-color-adjust: exact; }}
  h2, caption, .label {{ break-after: avoid; }}
  .own-page {{ break-before: page; }}
  thead {{ display: table-header-group; }}
  tr, figure, .headline, .warning, .field, .pictures li {{ break-inside: avoid; }}
}}
"""
