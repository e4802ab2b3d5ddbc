"""How a pack looks: light, readable on a screen and on paper. The contrast of every text is 4.5 or more (WCAG 2.1)."""

CSS = """
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 46rem; padding: 1.5rem 1rem 3rem; background: #fff; color: #1c2430;
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { margin: 0 0 .25rem; font-size: 1.7rem; line-height: 1.2; }
h2 { margin: 2.25rem 0 .5rem; padding-bottom: .25rem; border-bottom: 2px solid #2f5d8a; font-size: 1.25rem; }
h3 { margin: 1.25rem 0 .25rem; font-size: 1.05rem; }
p { margin: .4rem 0; }
.facts, .note, footer { color: #4a5565; }
.note, footer { font-size: .9rem; }
table { width: 100%; margin: .5rem 0; border-collapse: collapse; font-size: .95rem; }
caption { padding: .25rem 0; text-align: left; font-weight: 600; }
th, td { padding: .35rem .5rem; border-bottom: 1px solid #d5dbe3; text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid #8793a3; }
tbody th { font-weight: 400; }
.number { text-align: right; white-space: nowrap; }
article { margin: 1rem 0; padding: .75rem 1rem; border: 1px solid #d5dbe3; border-radius: .4rem; }
article h4 { margin: 0; font-size: 1rem; }
.line { font: 1.6rem/1.2 "DejaVu Sans Mono", Menlo, Consolas, monospace; letter-spacing: .1rem; color: #2f5d8a; }
.turns { margin: .5rem 0 0; padding: 0; list-style: none; }
.turns li { margin: .3rem 0; padding: .3rem .6rem; border-left: 4px solid #c3cbd6; }
.turns li.customer { background: #f4f6f9; }
.turns li.negative { border-left-color: #b3261e; }
.turns li.positive { border-left-color: #1e7a3c; }
.turns li.gap { border: 0; color: #4a5565; font-style: italic; }
.who { font-weight: 600; }
.does { color: #4a5565; font-size: .9rem; }
blockquote { margin: .75rem 0; padding: .5rem .9rem; border-left: 4px solid #2f5d8a; background: #f4f6f9; }
footer { margin-top: 2.5rem; border-top: 1px solid #d5dbe3; padding-top: .5rem; }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  h2, h3, h4, caption { break-after: avoid; }
  tr, .turns li, blockquote { break-inside: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
