"""What was typed into a terminal and what it answered, as an SVG that plays it again and again."""

import textwrap
from dataclasses import dataclass
from html import escape

COLUMNS, COLUMN, ROW, MARGIN, BAR = 98, 8.43, 21, 20, 34
KEYSTROKE_SECONDS, ROW_SECONDS, THINKING_SECONDS, READING_SECONDS = 0.035, 0.12, 0.7, 7
LIGHT = {
    "paper": "#f6f8fa",
    "edge": "#d0d7de",
    "text": "#1f2328",
    "faint": "#59636e",
    "ok": "#1a7f37",
    "bad": "#cf222e",
}
DARK = {"paper": "#161b22", "edge": "#30363d", "text": "#e6edf3", "faint": "#9198a1", "ok": "#3fb950", "bad": "#ff7b72"}
SHEET = """\
text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre }}
text {{ fill: {text} }}
.faint {{ fill: {faint} }} .ok {{ fill: {ok}; font-weight: 600 }} .bad {{ fill: {bad}; font-weight: 600 }}
.cover {{ fill: {paper}; opacity: 0; transform-box: fill-box; transform-origin: right }}
@media (prefers-reduced-motion: reduce) {{ * {{ animation: none !important }} }}
"""


@dataclass
class Line:
    text: str
    kind: str
    begins: float
    seconds: float = 0


def played(session, palette, title):
    """The picture of a session: pairs of a command and its answer."""
    lines, length = timed(session)
    width, height = round(COLUMNS * COLUMN + 2 * MARGIN), BAR + len(lines) * ROW + MARGIN
    drawn, rules = [], [SHEET.format(**palette)]
    for number, line in enumerate(lines):
        drawn.append(draw(number, line))
        rules.append(appearing(number, line, length))
    edge, paper = palette["edge"], palette["paper"]
    dots = "".join(f'<circle cx="{MARGIN + at * 18}" cy="18" r="5.5" fill="{edge}"/>' for at in range(3))
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    window = f'width="{width - 1}" height="{height - 1}" rx="8" fill="{paper}" stroke="{edge}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" xml:space="preserve">'
        f"<title>{escape(title)}</title><style>{''.join(rules)}</style>"
        f'<rect x=".5" y=".5" {window}/>{dots}{"".join(drawn)}</svg>\n'
    )


def timed(session):
    """Every line with the moment at which it comes, and how long it all takes."""
    lines, now = [], 0.5
    for command, answer in session:
        for row in command.splitlines():
            seconds = len(row) * KEYSTROKE_SECONDS
            lines.append(Line(f"$ {row}", "typed", now, seconds))
            now += seconds + 0.2
        now += THINKING_SECONDS
        for row in answer.splitlines():
            for number, part in enumerate(textwrap.wrap(row, COLUMNS, subsequent_indent=" " * 5)):
                lines.append(Line(part, "more" if number else "answer", now))
            now += ROW_SECONDS
        now += THINKING_SECONDS
    return lines, now + READING_SECONDS


def draw(number, line):
    y = BAR + (number + 1) * ROW - 6
    text = f'<text id="l{number}" x="{MARGIN}" y="{y}">{coloured(line)}</text>'
    if line.kind == "typed":
        x, width = MARGIN + 2 * COLUMN, len(line.text) * COLUMN
        text += f'<rect id="c{number}" class="cover" x="{x:.0f}" y="{y - 15}" width="{width:.0f}" height="{ROW}"/>'
    return text


def coloured(line):
    word = line.text[:3]
    if line.kind == "typed":
        faint = len(line.text) if line.text.startswith("$ #") else 2
        return f'<tspan class="faint">{escape(line.text[:faint])}</tspan>{escape(line.text[faint:])}'
    if line.kind == "answer" and word in {"ok ", "BAD"}:
        return f'<tspan class="{word.strip().lower()}">{word}</tspan>{escape(line.text[3:])}'
    return escape(line.text)


def appearing(number, line, length):
    """Hidden until its moment; what is typed comes out from under a cover, letter by letter."""
    start = 100 * line.begins / length
    rules = (
        f"@keyframes l{number} {{ 0%, {start:.2f}% {{ opacity: 0 }} {start + 0.01:.2f}%, 100% {{ opacity: 1 }} }} "
        f"#l{number} {{ animation: l{number} {length:.1f}s infinite }}\n"
    )
    if line.kind == "typed":
        end, letters = 100 * (line.begins + line.seconds) / length, len(line.text)
        rules += (
            f"@keyframes c{number} {{ 0%, {start:.2f}% {{ opacity: 1; animation-timing-function: steps({letters}) }} "
            f"{end:.2f}%, 100% {{ opacity: 1; transform: scaleX(0) }} }} "
            f"#c{number} {{ animation: c{number} {length:.1f}s infinite }}\n"
        )
    return rules
