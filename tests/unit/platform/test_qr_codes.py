"""QR codes: fixed patterns, error correction, and reading the text back."""

import pytest

from app.platform.qr_codes import MAX_BYTES, Matrix, matrix, svg_path

FINDER = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
ADDRESS = "otpauth://totp/Muster:bob%40example.com?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567&issuer=Muster"


def rows(modules: Matrix, x: int, y: int) -> list[str]:
    return ["".join(str(int(one)) for one in row[x : x + 7]) for row in modules[y : y + 7]]


@pytest.mark.parametrize(("text", "size"), [("hello", 21), (ADDRESS, 37), ("é" * 100, 53), ("z" * 850, 97)])
def test_a_code_has_its_patterns_and_the_smallest_size(text: str, size: int) -> None:
    modules = matrix(text)
    assert len(modules) == size and all(len(row) == size for row in modules)
    for x, y in ((0, 0), (size - 7, 0), (0, size - 7)):
        assert rows(modules, x, y) == FINDER
    assert [modules[6][x] for x in range(8, size - 8)] == [x % 2 == 0 for x in range(8, size - 8)]
    assert modules[size - 8][8], "the dark module"


def test_the_text_can_be_read_back() -> None:
    """Version 1, which has one block and no alignment pattern, read as a scanner does."""
    modules = matrix("hello")
    bits = [modules[8][x] for x in (0, 1, 2, 3, 4, 5, 7, 8)] + [modules[y][8] for y in (7, 5, 4, 3, 2, 1, 0)]
    number = int("".join(str(int(one)) for one in bits), 2) ^ 0b101010000010010
    level, mask = number >> 13, number >> 10 & 7
    assert level == 1
    words = _words(modules, mask)
    assert words[0] >> 4 == 4 and (words[0] & 15) << 4 | words[1] >> 4 == 5
    text = bytes((words[at] & 15) << 4 | words[at + 1] >> 4 for at in range(1, 6))
    assert text == b"hello"
    assert all(_syndrome(words, power) == 0 for power in range(7)), "no error is to be corrected"


def test_too_long_a_text_is_refused() -> None:
    path, size = svg_path("x" * MAX_BYTES)
    assert path.startswith("M") and size == 105
    with pytest.raises(ValueError, match="too long"):
        svg_path("x" * (MAX_BYTES + 1))


def _words(modules: Matrix, mask: int) -> list[int]:
    rules = {
        0: lambda x, y: (x + y) % 2 == 0,
        1: lambda _x, y: y % 2 == 0,
        2: lambda x, _y: x % 3 == 0,
        3: lambda x, y: (x + y) % 3 == 0,
        4: lambda x, y: (x // 3 + y // 2) % 2 == 0,
        5: lambda x, y: x * y % 2 + x * y % 3 == 0,
        6: lambda x, y: (x * y % 2 + x * y % 3) % 2 == 0,
        7: lambda x, y: ((x + y) % 2 + x * y % 3) % 2 == 0,
    }
    bits = []
    for number, right in enumerate((20, 18, 16, 14, 12, 10, 8, 5, 3, 1)):
        lines = range(20, -1, -1) if number % 2 == 0 else range(21)
        for y in lines:
            for x in (right, right - 1):
                is_fixed = (x < 9 and y < 9) or (x > 12 and y < 9) or (x < 9 and y > 12) or x == 6 or y == 6
                if not is_fixed:
                    bits.append(modules[y][x] != rules[mask](x, y))
    return [int("".join(str(int(one)) for one in bits[at : at + 8]), 2) for at in range(0, 208, 8)]


def _syndrome(words: list[int], power: int) -> int:
    """The polynomial of the words at a power of 2, in the field of 256 elements: 0 if it is a code word."""
    exponents, value = [], 1
    for _ in range(255):
        exponents.append(value)
        value = value << 1 ^ (0x11D if value & 0x80 else 0)
    logarithms = {one: at for at, one in enumerate(exponents)}
    result = 0
    for word in words:
        result = (exponents[(logarithms[result] + power) % 255] if result else 0) ^ word
    return result
