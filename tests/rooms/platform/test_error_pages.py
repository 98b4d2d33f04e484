"""Error pages keep the navigation for users and link home for others. Thumbnails have a legend."""


def test_a_page_that_is_not_there_keeps_the_navigation(bob):
    for address in ("/no-such-page", "/contacts/999999"):
        page = bob.get(address)
        assert page.status_code == 404
        assert 'aria-label="Main"' in page.text and 'href="/templates"' in page.text
        assert page.text.count("<h1") == 1 and "job-chip" not in page.text


def test_a_stranger_gets_a_way_home(stranger):
    page = stranger.get("/no-such-page")
    assert page.status_code == 404
    assert "Go to Home" in page.text and 'aria-label="Main"' not in page.text


def test_the_symbols_of_miniatures_are_explained(bob):
    page = bob.get("/templates").text
    assert "What do the symbols mean?" in page and "Branch or A/B split" in page
    assert 'title="Send email"' in page and 'title="Trigger"' in page
