"""Shades of a color that can be read on a background (WCAG 2.2, contrast of text)."""

from typing import Final, TypeAlias

LEAST_CONTRAST: Final = 4.5
_STEPS: Final = 50

_Rgb: TypeAlias = tuple[float, float, float]


def readable(color: str, background: str) -> str:
    """Return a color, or the shade nearest to it that can be read on a background: darker on a light one,
    lighter on a dark one. Colors are like #0b6b75."""
    is_light = _luminance(_rgb(background)) > 0.18
    end = (0.0, 0.0, 0.0) if is_light else (255.0, 255.0, 255.0)
    for step in range(_STEPS + 1):
        shade = _hex(_mixed(_rgb(color), end, step / _STEPS))
        if contrast(shade, background) >= LEAST_CONTRAST:
            return shade
    return _hex(end)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors, from 1 to 21."""
    darker, lighter = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(rgb: _Rgb) -> float:
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (part / 255 for part in rgb)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(one: _Rgb, other: _Rgb, share: float) -> _Rgb:
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return red, green, blue


def _rgb(color: str) -> _Rgb:
    red, green, blue = (float(int(color[at : at + 2], 16)) for at in (1, 3, 5))
    return red, green, blue


def _hex(rgb: _Rgb) -> str:
    return "#" + "".join(f"{round(part):02x}" for part in rgb)
