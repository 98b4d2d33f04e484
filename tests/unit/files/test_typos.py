"""Typing mistakes in well-known domains are noticed, and nobody else's domain is taken for one.  # B-20"""

import pytest

from app.files.domain.checkup.typos import meant_domain


@pytest.mark.parametrize(
    ("domain", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmal.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("gnail.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmial.con", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("hotmil.fr", "hotmail.fr"),
        ("yaho.com", "yahoo.com"),
        ("yahooo.co.uk", "yahoo.co.uk"),
        ("outlok.com", "outlook.com"),
        ("iclod.com", "icloud.com"),
        ("t-onlin.de", "t-online.de"),
        ("web.dee", "web.de"),
    ],
)
def test_likely_mistakes(domain, meant):
    assert meant_domain(domain) == meant


@pytest.mark.parametrize(
    "domain",
    [
        *(
            "gmail.com",
            "mail.com",
            "email.com",
            "ymail.com",
            "gail.com",
            "hotmail.co.uk",
            "outlook.dk",
            "yahoo.ca",
        ),
        *(
            "me.com",
            "we.com",
            "gmx.at",
            "gmx.co",
            "web.de",
            "webs.de",
            "live.com",
            "live.co",
            "aol.de",
            "cloud.com",
        ),
        *(
            "example.com",
            "orange.fr",
            "oranges.fr",
            "range.fr",
            "libero.it",
            "gmail.example",
            "mail.example.com",
        ),
    ],
)
def test_domains_that_are_left_alone(domain):
    assert meant_domain(domain) is None
