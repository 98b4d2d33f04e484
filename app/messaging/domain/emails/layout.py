"""The layout of an email: one column, readable on a phone, in light and dark, with styles inlined."""

from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from app.messaging.domain.emails.shades import readable

if TYPE_CHECKING:
    from css_inline import CSSInliner

_FONT = "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
_STYLE = f"""
body {{ margin: 0; padding: 0; background: #f4f5f6; color: #1d2327; font: 16px/1.55 {_FONT}; }}
.page {{ width: 100%; background: #f4f5f6; }}
.card {{ max-width: 600px; margin: 0 auto; padding: 28px 24px; background: #ffffff;LINE }}
.card h1, .card h2, .card h3 {{ margin: 0 0 12px; line-height: 1.3; }}
.card h1 {{ font-size: 24px; }} .card h2 {{ font-size: 20px; }} .card h3 {{ font-size: 17px; }}
.card p, .card ul, .card ol, .card blockquote {{ margin: 0 0 16px; }}
.card ul, .card ol {{ padding-left: 24px; }}
.card blockquote {{ padding-left: 14px; border-left: 3px solid #d5d9dc; color: #4c555b; }}
.card img {{ max-width: 100%; height: auto; }}
.card a {{ color: LINK; }}
.foot {{ max-width: 600px; margin: 0 auto; padding: 16px 24px 32px; color: #5d666c; font-size: 13px; }}
.foot a {{ color: #5d666c; }}
"""
_DARK = """
@media (prefers-color-scheme: dark) {
  body, .page { background: #14181a !important; color: #e8ebed !important; }
  .card { background: #1f2528 !important; }
  .card a { color: LINK !important; }
  .card blockquote { color: #b6bec3 !important; border-color: #3c464b !important; }
  .foot, .foot a { color: #a3acb1 !important; }
}
"""
_PAPER, _DARK_PAPER = "#ffffff", "#1f2528"  # behind the text
HIDDEN = "display:none;max-height:0;overflow:hidden;mso-hide:all;"
ACCENT, DARK_ACCENT = "#0b6b75", "#7fc4d0"


@dataclass(frozen=True)
class Frame:
    """What surrounds the text of an account's emails: `sender_lines` are its name and postal address, `color`
    is its own, empty if it has none."""

    name: str
    sender_lines: tuple[str, ...]
    color: str = ""
    has_logo: bool = False


def email_html(
    subject: str, preheader: str, body: str, frame: Frame, unsubscribe_url: str, logo_url: str = ""
) -> str:
    """Return the complete HTML of an email. `body` is safe HTML; without `unsubscribe_url` there is no
    unsubscribe link, and without `logo_url` no logo."""
    picture = f'<p><img src="{escape(logo_url)}" alt="{escape(frame.name)}" height="40"></p>'
    logo = picture if logo_url else ""
    sender = "<br>".join(escape(line) for line in frame.sender_lines)
    leave = f'<br><a href="{escape(unsubscribe_url)}">Unsubscribe</a>' if unsubscribe_url else ""
    style, dark = _styles(frame.color)
    whole = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(subject)}</title><style>{style}</style>"
        f'<style data-css-inline="ignore">{dark}</style></head><body>'
        f'<div style="{HIDDEN}">{escape(preheader)}</div>'
        f'<div class="page"><div class="card">{logo}{body}</div>'
        f'<div class="foot">{sender}{leave}</div></div></body></html>'
    )
    return str(_inliner().inline(whole))


@lru_cache(maxsize=1024)
def _styles(color: str) -> tuple[str, str]:
    """Return the styles of emails in light and dark: a line above the text in the account's color, and links
    in shades of it that can be read."""
    if not color:
        return _STYLE.replace("LINK", ACCENT).replace("LINE", ""), _DARK.replace("LINK", DARK_ACCENT)
    light = _STYLE.replace("LINK", readable(color, _PAPER))
    line = f" border-top: 4px solid {color};"
    return light.replace("LINE", line), _DARK.replace("LINK", readable(color, _DARK_PAPER))


@lru_cache
def _inliner() -> "CSSInliner":
    from css_inline import CSSInliner

    return CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


def email_text(body: str, frame: Frame, unsubscribe_url: str) -> str:
    """Return the plain text of an email, with the same footer."""
    leave = (f"Unsubscribe: {unsubscribe_url}",) if unsubscribe_url else ()
    return "\n".join((body.rstrip(), "", "--", *frame.sender_lines, *leave, ""))
