"""Links of emails lead through the server."""

from app.messaging.domain.reactions.tracking import TRAP, with_tracking


def test_web_links_are_replaced_and_others_kept() -> None:
    html = (
        '<p><a href="https://example.com/a?x=1&amp;y=2">a</a> <a href="mailto:b@example.com">b</a>'
        ' <a href="tel:+49123" title="c">c</a> <a title="d" href="http://example.org">d</a>'
        ' <a href="https://m.example/u/1?a&amp;b">e</a></p>'
    )
    seen: list[str] = []

    def click(address: str) -> str:
        seen.append(address)
        return f"https://m.example/c/{len(seen)}?a&b"

    tracked = with_tracking(html, click, "https://m.example/o/t.gif", besides="https://m.example/u/1?a&b")
    assert seen == ["https://example.com/a?x=1&y=2", "http://example.org", TRAP]
    assert '<a href="https://m.example/c/1?a&amp;b">a</a>' in tracked
    assert '<a href="mailto:b@example.com">b</a>' in tracked
    assert '<a title="d" href="https://m.example/c/2?a&amp;b">d</a>' in tracked
    assert '<a href="https://m.example/u/1?a&amp;b">e</a>' in tracked
    assert tracked.endswith(
        '<img src="https://m.example/o/t.gif" alt="" width="1" height="1" style="display:block">'
    )
