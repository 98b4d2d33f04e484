"""QR codes as paths."""

import re

import pytest

from app.platform.qr_codes import QUIET_ZONE, svg_path

FINDER = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
ADDRESS = "otpauth://totp/Muster:bob%40example.com?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567&issuer=Muster"


def test_the_path_has_the_modules_of_the_code_inside_of_a_quiet_zone() -> None:
    path, size = svg_path(ADDRESS)
    assert size == 37 + 2 * QUIET_ZONE
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", path)}
    assert all(QUIET_ZONE <= at < size - QUIET_ZONE for module in dark for at in module)
    for left, top in ((QUIET_ZONE, QUIET_ZONE), (size - QUIET_ZONE - 7, QUIET_ZONE)):
        found = [
            "".join(str(int((x, y) in dark)) for x in range(left, left + 7)) for y in range(top, top + 7)
        ]
        assert found == FINDER


def test_too_long_a_text_is_refused() -> None:
    with pytest.raises(ValueError):
        svg_path("x" * 3_000)
