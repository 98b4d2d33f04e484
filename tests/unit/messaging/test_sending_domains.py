"""What the DNS records of a sender's domain mean (E-12)."""

import pytest

from app.messaging.domain.sending_domains.dkim import check_dkim
from app.messaging.domain.sending_domains.dmarc import check_dmarc
from app.messaging.domain.sending_domains.findings import Level, Texts, Unanswered
from app.messaging.domain.sending_domains.spf import check_spf, term_for

HOST = "smtp.mailer.example"


def dns(records: dict[str, list[str]]) -> Texts:
    """A DNS with these records, which does not answer for names that end in .lost."""

    def texts(name: str) -> tuple[str, ...]:
        if name.endswith(".lost"):
            raise Unanswered(name)
        return tuple(records.get(name, ()))

    return texts


@pytest.mark.parametrize(
    ("record", "level"),
    [
        (f"v=spf1 a:{HOST} ~all", Level.RIGHT),
        (f"v=spf1 A:{HOST}. -all", Level.RIGHT),
        ("v=spf1 include:_spf.mailer.example -all", Level.RIGHT),
        ("v=spf1 redirect=_spf.mailer.example", Level.RIGHT),
        ("v=spf1 mx ip4:192.0.2.0/24 ~all", Level.UNSURE),
        ("v=spf1 +all", Level.WRONG),
        ("v=spf1 all", Level.WRONG),
        ("v=spf1 include:nowhere.example ~all", Level.WRONG),
        ("v=spf1 include:many.example ~all", Level.WRONG),
        ("v=spf1 include:itself.example ~all", Level.WRONG),
        ("v=spf1 include:somebody.lost ~all", Level.UNCHECKED),
        ("v=spf10 a ~all", Level.MISSING),
    ],
)
def test_an_spf_record(record: str, level: Level) -> None:
    known = {
        "example.com": ["google-site-verification=x", record],
        "_spf.mailer.example": [f"v=spf1 a:{HOST} -all"],
        "many.example": ["v=spf1 " + " ".join(f"a:mx{number}.many.example" for number in range(10))],
        "itself.example": ["v=spf1 include:itself.example"],
    }
    assert check_spf("example.com", HOST, dns(known)).level == level


def test_what_an_spf_record_lacks_is_put_before_its_end() -> None:
    found = check_spf("example.com", "192.0.43.8", dns({"example.com": ["v=spf1 mx -all"]}))
    assert found.record is not None and found.record.value == "v=spf1 mx ip4:192.0.43.8 -all"
    found = check_spf("example.com", HOST, dns({"example.com": ["v=spf1 +all"]}))
    assert found.record is not None and found.record.value == "v=spf1 ~all"
    found = check_spf("example.com", HOST, dns({}))
    assert found.record is not None and found.record.value == f"v=spf1 a:{HOST} ~all"
    assert check_spf("example.com", "", dns({})).record is None


def test_an_address_may_be_allowed_with_its_network() -> None:
    for record, level in (("ip4:192.0.42.0/23", Level.RIGHT), ("ip4:192.0.42.0/24", Level.UNSURE)):
        found = check_spf("example.com", "192.0.43.8", dns({"example.com": [f"v=spf1 {record} -all"]}))
        assert found.level == level


def test_two_spf_records_are_one_too_many() -> None:
    found = check_spf("example.com", HOST, dns({"example.com": ["v=spf1 mx -all", "v=spf1 a -all"]}))
    assert found.level == Level.WRONG and len(found.found) == 2


@pytest.mark.parametrize(
    ("server", "term"),
    [
        ("email-smtp.eu-west-1.amazonaws.com", "include:amazonses.com"),
        ("smtp.sendgrid.net", "include:sendgrid.net"),
        ("notsendgrid.net", "a:notsendgrid.net"),
        ("10.0.0.5", ""),
        ("localhost", ""),
        ("2a00:1450::1", "ip6:2a00:1450::1"),
    ],
)
def test_what_allows_a_mail_server(server: str, term: str) -> None:
    assert term_for(server) == term


@pytest.mark.parametrize(
    ("name", "record", "level"),
    [
        ("_dmarc.news.example.com", "v=DMARC1; p=reject; rua=mailto:d@example.com", Level.RIGHT),
        ("_dmarc.example.com", "v=DMARC1; p=none", Level.RIGHT),
        ("_dmarc.com", "v=DMARC1; p=none", Level.MISSING),
        ("_dmarc.news.example.com", "v=DMARC1; rua=mailto:d@example.com", Level.WRONG),
        ("_dmarc.news.example.com", "p=none", Level.MISSING),
    ],
)
def test_a_dmarc_record(name: str, record: str, level: Level) -> None:
    found = check_dmarc("news.example.com", dns({name: [record]}))
    assert found.level == level
    assert (found.record is not None) == (level != Level.RIGHT)


def test_the_domain_above_may_have_another_policy_for_those_below() -> None:
    known = {"_dmarc.example.com": ["v=DMARC1; p=none; sp=reject"]}
    found = check_dmarc("news.example.com", dns(known))
    assert "are rejected" in found.text and "example.com" in found.text
    assert check_dmarc("example.lost", dns({})).level == Level.UNCHECKED


@pytest.mark.parametrize(
    ("records", "level"),
    [
        (["v=DKIM1; k=rsa; p=ABCD"], Level.RIGHT),
        (["p=AB CD"], Level.RIGHT),
        (["v=DKIM1; k=rsa; p=ABC"], Level.WRONG),
        (["v=DKIM1; k=ed25519; p=ABCD"], Level.WRONG),
        (["v=DKIM1; p="], Level.WRONG),
        (["v=DKIM1; p=ABCD", "v=DKIM1; p=EFGH"], Level.WRONG),
        (["hello"], Level.MISSING),
    ],
)
def test_a_dkim_record(records: list[str], level: Level) -> None:
    found = check_dkim("example.com", "mail", "ABCD", dns({"mail._domainkey.example.com": records}))
    assert found.level == level
