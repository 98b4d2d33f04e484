"""The plain-text part of an email, from the same parsed Markdown as its HTML."""

from collections.abc import Sequence

from markdown_it.token import Token

RULE = "-" * 20


def text_of(tokens: Sequence[Token]) -> str:
    """Return parsed Markdown as text: paragraphs between blank lines, links with their address behind the
    words."""
    blocks: list[str] = []
    marks: list[str] = []  # of the lists that are open: a bullet, or the next number
    is_tight = False
    prefix, follows = "", False  # whether this is a line of a list without blank lines, after another one
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                marks.append("-")
            case "ordered_list_open":
                marks.append(str(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                marks.pop()
                prefix, follows = "  " * len(marks), follows and bool(marks)
            case "list_item_open":
                prefix = f"{'  ' * (len(marks) - 1)}{marks[-1]}{'.' if marks[-1] != '-' else ''} "
                if marks[-1] != "-":
                    marks[-1] = str(int(marks[-1]) + 1)
            case "paragraph_open":
                is_tight = token.hidden
            case "inline":
                words = prefix + _inline(token.children or [])
                if follows and is_tight:
                    blocks[-1] += f"\n{words}"
                else:
                    blocks.append(words)
                prefix, follows, is_tight = "  " * len(marks), bool(marks), False
            case "fence" | "code_block":
                blocks.append(token.content.rstrip())
            case "hr":
                blocks.append(RULE)
    return "\n\n".join(block for block in blocks if block.strip())


def _inline(tokens: Sequence[Token]) -> str:
    found: list[str] = []
    links: list[tuple[str, int]] = []
    for token in tokens:
        match token.type:
            case "link_open":
                links.append((str(token.attrGet("href") or ""), len(found)))
            case "link_close":
                address, at = links.pop()
                words = "".join(found[at:])
                shown = words if _is_address(words, address) else f"{words} ({address})"
                found[at:] = [shown]
            case "hardbreak":
                found.append("\n")
            case "softbreak":
                found.append(" ")
            case _:
                found.append(token.content)
    return "".join(found)


def _is_address(words: str, address: str) -> bool:
    return words.strip().rstrip("/") in (address.rstrip("/"), address.partition(":")[2].strip("/"))
