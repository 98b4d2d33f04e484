"""QR codes of short texts, as the path of an SVG image."""

from typing import Final

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_L

QUIET_ZONE: Final = 4


def svg_path(text: str) -> tuple[str, int]:
    """Return the path of the dark modules, and the width and height of the image, with its quiet zone.

    Raises ValueError if the text is too long. Error correction is low: the codes are for screens.
    """
    code = QRCode(error_correction=ERROR_CORRECT_L, border=QUIET_ZONE)
    code.add_data(text)
    modules = code.get_matrix()
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(modules) for x, is_dark in enumerate(row) if is_dark)
    return "".join(dark), len(modules)
