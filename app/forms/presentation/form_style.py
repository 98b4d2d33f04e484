"""The account's color as a stylesheet for the page of a form."""

from app.messaging.domain.emails.shades import readable

_WHITE, _DARK = "#ffffff", "#1f2528"


def style_of(color: str) -> str:
    """Return a stylesheet with shades of a color that can be read, in light and dark; empty without one."""
    if not color:
        return ""
    on_white, on_dark = readable(color, _WHITE), readable(color, _DARK)
    return (
        f".public-card {{ border-top: 4px solid {color}; }}\n"
        f".public {{ --accent: light-dark({on_white}, {on_dark}); }}\n"
        f".public .btn-primary {{ border-color: {on_white}; background: {on_white}; color: {_WHITE}; }}\n"
    )
