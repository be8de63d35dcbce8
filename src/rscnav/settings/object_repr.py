"""Short descriptions of objects for notebooks: one line of text, or an HTML table."""

from collections.abc import Iterable, Sequence
from html import escape

MOST = 60  # characters of a cell of a table


def counted(n: int, noun: str) -> str:
    """Return a count with its noun, for example ``1 trial`` or ``2,500 trials``."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def size_text(dims: Sequence[str], shape: Sequence[int]) -> str:
    """Return the size of an array, for example ``time 1000, unit 80``; '' for a number."""
    return ", ".join(f"{dim} {n}" for dim, n in zip(dims, shape, strict=True))


def clipped(text: str) -> str:
    """Return a text of at most `MOST` characters."""
    return text if len(text) <= MOST else f"{text[: MOST - 3]}..."


def html_table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return an HTML table with a title; text is escaped, and long cells are clipped."""

    def row(tag: str, cells: Sequence[str]) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(clipped(cell))}</{tag}>" for cell in cells) + "</tr>"

    body = "".join(row("td", cells) for cells in rows)
    return f"<p>{escape(title)}</p><table><thead>{row('th', head)}</thead><tbody>{body}</tbody></table>"
