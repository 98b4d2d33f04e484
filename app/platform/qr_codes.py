"""QR codes of short texts, as a matrix of modules and as the path of an SVG image (ISO/IEC 18004).

Byte mode with error correction level L: the codes are for screens, where nothing is smudged.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final

MAX_BYTES: Final = 858
QUIET_ZONE: Final = 4

# By version, from 1 to 20.
_CORRECTION_PER_BLOCK: Final = (7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28)
_BLOCKS: Final = (1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8)
_LEVEL_L: Final = 1
_MASKS: Final[tuple[Callable[[int, int], int], ...]] = (
    lambda x, y: (x + y) % 2,
    lambda x, y: y % 2,
    lambda x, y: x % 3,
    lambda x, y: (x + y) % 3,
    lambda x, y: (x // 3 + y // 2) % 2,
    lambda x, y: x * y % 2 + x * y % 3,
    lambda x, y: (x * y % 2 + x * y % 3) % 2,
    lambda x, y: ((x + y) % 2 + x * y % 3) % 2,
)

Matrix = list[list[bool]]


def svg_path(text: str) -> tuple[str, int]:
    """Return the path of the dark modules, and the width and height of the image, with its quiet zone.

    Raises ValueError if the text has more than MAX_BYTES.
    """
    modules = matrix(text)
    parts = [
        f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h1v1h-1z"
        for y, row in enumerate(modules)
        for x, is_dark in enumerate(row)
        if is_dark
    ]
    return "".join(parts), len(modules) + 2 * QUIET_ZONE


def matrix(text: str) -> Matrix:
    """Return the rows of modules, True where dark. Raises ValueError if the text has more than MAX_BYTES."""
    content = text.encode()
    version = next((one for one in range(1, 21) if len(content) <= _capacity(one)), None)
    if version is None:
        raise ValueError("too long for a QR code")
    words = _with_correction(_data_words(content, version), version)
    drawings = []
    for mask in range(8):
        drawing = _Drawing(version)
        drawing.fill(words, mask)
        drawings.append(drawing.modules)
    return min(drawings, key=_penalty)


def _raw_words(version: int) -> int:
    """Return the number of codewords, of data and correction, that a version holds."""
    bits = (16 * version + 128) * version + 64
    if version >= 2:
        patterns = version // 7 + 2
        bits -= (25 * patterns - 10) * patterns - 55
        if version >= 7:
            bits -= 36
    return bits // 8


def _data_size(version: int) -> int:
    return _raw_words(version) - _CORRECTION_PER_BLOCK[version - 1] * _BLOCKS[version - 1]


def _capacity(version: int) -> int:
    return _data_size(version) - (2 if version < 10 else 3)


def _data_words(content: bytes, version: int) -> bytes:
    """Return mode, length, content, terminator, and padding."""
    length_bits = 8 if version < 10 else 16
    bits = f"0100{len(content):0{length_bits}b}" + "".join(f"{byte:08b}" for byte in content)
    size = _data_size(version)
    bits += "0" * min(4, size * 8 - len(bits))
    bits += "0" * (-len(bits) % 8)
    words = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
    return (words + b"\xec\x11" * size)[:size]


def _with_correction(data: bytes, version: int) -> list[int]:
    """Split data into blocks, add correction words to each, and interleave them."""
    blocks, correction = _BLOCKS[version - 1], _CORRECTION_PER_BLOCK[version - 1]
    raw = _raw_words(version)
    short, short_blocks = raw // blocks - correction, blocks - raw % blocks
    divisor = _divisor(correction)
    parts: list[tuple[bytes, list[int]]] = []
    at = 0
    for number in range(blocks):
        size = short + (number >= short_blocks)
        part = data[at : at + size]
        parts.append((part, _remainder(part, divisor)))
        at += size
    mixed = [part[at] for at in range(short + 1) for part, _ in parts if at < len(part)]
    return mixed + [check[at] for at in range(correction) for _, check in parts]


def _times(a: int, b: int) -> int:
    """Multiply in the field of 256 elements."""
    product = 0
    for bit in range(7, -1, -1):
        product = (product << 1) ^ ((product >> 7) * 0x11D)
        product ^= ((b >> bit) & 1) * a
    return product


def _divisor(degree: int) -> list[int]:
    result = [0] * (degree - 1) + [1]
    root = 1
    for _ in range(degree):
        for at in range(degree):
            result[at] = _times(result[at], root) ^ (result[at + 1] if at + 1 < degree else 0)
        root = _times(root, 2)
    return result


def _remainder(data: bytes, divisor: Sequence[int]) -> list[int]:
    result = [0] * len(divisor)
    for byte in data:
        factor = byte ^ result.pop(0)
        result.append(0)
        for at, value in enumerate(divisor):
            result[at] ^= _times(value, factor)
    return result


class _Drawing:
    """The modules of a code, and which of them belong to its fixed patterns."""

    def __init__(self, version: int) -> None:
        self.size = version * 4 + 17
        self.modules: Matrix = [[False] * self.size for _ in range(self.size)]
        self._is_fixed: Matrix = [[False] * self.size for _ in range(self.size)]
        self._draw_patterns(version)

    def fill(self, words: Sequence[int], mask: int) -> None:
        """Draw the words with a mask, and the mask's number."""
        self._draw_format(mask)
        bits = (bool(word >> bit & 1) for word in words for bit in range(7, -1, -1))
        is_masked = _MASKS[mask]
        for x, y in self._free_places():
            self.modules[y][x] = next(bits, False) != (is_masked(x, y) == 0)

    def _free_places(self) -> Iterator[tuple[int, int]]:
        """Yield the places of data in their order: in pairs of columns, up and down."""
        for right in range(self.size - 1, 0, -2):
            column = right - 1 if right <= 6 else right
            goes_up = (column + 1) & 2 == 0
            for step in range(self.size):
                y = self.size - 1 - step if goes_up else step
                for x in (column, column - 1):
                    if not self._is_fixed[y][x]:
                        yield x, y

    def _draw_patterns(self, version: int) -> None:
        last = self.size - 1
        for at in range(self.size):
            self._set(6, at, at % 2 == 0)
            self._set(at, 6, at % 2 == 0)
        for x, y in ((3, 3), (last - 3, 3), (3, last - 3)):
            self._draw_finder(x, y)
        places = _alignment_places(version)
        corners = {(6, 6), (6, last - 6), (last - 6, 6)}
        for x in places:
            for y in places:
                if (x, y) not in corners:
                    self._draw_square(x, y)
        self._draw_format(0)
        if version >= 7:
            self._draw_version(version)

    def _draw_finder(self, x: int, y: int) -> None:
        for dy in range(-4, 5):
            for dx in range(-4, 5):
                if 0 <= x + dx < self.size and 0 <= y + dy < self.size:
                    self._set(x + dx, y + dy, max(abs(dx), abs(dy)) not in (2, 4))

    def _draw_square(self, x: int, y: int) -> None:
        for dy in range(-2, 3):
            for dx in range(-2, 3):
                self._set(x + dx, y + dy, max(abs(dx), abs(dy)) != 1)

    def _draw_format(self, mask: int) -> None:
        data = _LEVEL_L << 3 | mask
        rest = data
        for _ in range(10):
            rest = (rest << 1) ^ ((rest >> 9) * 0x537)
        bits = [bool(((data << 10 | rest) ^ 0x5412) >> at & 1) for at in range(15)]
        last = self.size - 1
        for at in range(6):
            self._set(8, at, bits[at])
        self._set(8, 7, bits[6])
        self._set(8, 8, bits[7])
        self._set(7, 8, bits[8])
        for at in range(9, 15):
            self._set(14 - at, 8, bits[at])
        for at in range(8):
            self._set(last - at, 8, bits[at])
        for at in range(8, 15):
            self._set(8, self.size - 15 + at, bits[at])
        self._set(8, self.size - 8, True)

    def _draw_version(self, version: int) -> None:
        rest = version
        for _ in range(12):
            rest = (rest << 1) ^ ((rest >> 11) * 0x1F25)
        bits = version << 12 | rest
        for at in range(18):
            far, near = self.size - 11 + at % 3, at // 3
            self._set(far, near, bool(bits >> at & 1))
            self._set(near, far, bool(bits >> at & 1))

    def _set(self, x: int, y: int, is_dark: bool) -> None:
        self.modules[y][x], self._is_fixed[y][x] = is_dark, True


def _alignment_places(version: int) -> list[int]:
    if version == 1:
        return []
    count, size = version // 7 + 2, version * 4 + 17
    step = (version * 8 + count * 3 + 5) // (count * 4 - 4) * 2
    return sorted([6, *(size - 7 - number * step for number in range(count - 1))])


def _penalty(modules: Matrix) -> int:
    """Return how hard a drawing is to read: long runs, squares, and an uneven share of dark modules."""
    size = len(modules)
    columns = [list(column) for column in zip(*modules, strict=True)]
    points = sum(_penalty_of_line(line) for line in (*modules, *columns))
    for upper, lower in pairwise(modules):
        for x in range(size - 1):
            points += 3 * (upper[x] == upper[x + 1] == lower[x] == lower[x + 1])
    dark = sum(map(sum, modules))
    return points + 10 * (abs(dark * 20 - size * size * 10) // (size * size))


def _penalty_of_line(line: Sequence[bool]) -> int:
    text = "".join("1" if is_dark else "0" for is_dark in line)
    runs = text.replace("01", "0 1").replace("10", "1 0").split()
    points = sum(len(run) - 2 for run in runs if len(run) >= 5)
    padded = f"0000{text}0000"
    for at in range(len(padded) - 10):
        points += 40 * (padded[at : at + 11] in ("00001011101", "10111010000"))
    return points
