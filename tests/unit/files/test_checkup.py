"""The check-up counts every row once, by any identifier, in little memory.  # B-20"""

import tracemalloc

from app.files.domain.checkup.figures import SAMPLES, Checkup
from app.files.domain.reading.table_file import Row


def rows_of(*cells: list[str]) -> list[Row]:
    return [Row(number, number + 1, list(row)) for number, row in enumerate(cells, 1)]


def test_every_row_counts_once():
    checkup = Checkup({0: "email", 1: "consent"}, 2)
    checkup.add_all(
        rows_of(
            ["Ann@Example.com", "yes"],
            [" ann@example.COM ", "no"],
            ["", "no"],
            ["two@@example.com", "no"],
            ["two@@example.com", ""],
            ["bob@example.com", "cleaned"],
        )
    )
    result = checkup.result()
    assert (result.rows, result.good, result.duplicates, result.bad, result.blank) == (6, 2, 1, 2, 1)
    assert result.consent_withheld == 2
    assert [sample.row for sample in result.problems["two_ats"].samples] == [4, 5]
    assert result.problems["duplicate"].samples[0].row == 2


def test_samples_are_few_and_short():
    checkup = Checkup({0: "email"}, 1)
    checkup.add_all(rows_of(*[["x" * 500]] * 50))
    finding = checkup.result().problems["no_at"]
    assert finding.count == 50
    assert len(finding.samples) == SAMPLES
    assert len(finding.samples[0].text) == 80


def test_phone_as_identifier_is_compared_in_one_spelling():
    checkup = Checkup({0: "phone"}, 1, country="DE")
    checkup.add_all(rows_of(["0151 23456789"], ["+49 (151) 23456789"], ["0049 151 23456789"], ["12"], [" "]))
    result = checkup.result()
    assert result.identifier == "phone"
    assert (result.good, result.duplicates, result.bad, result.blank) == (1, 2, 1, 1)


def test_contact_id_as_identifier():
    checkup = Checkup({0: "contact_id"}, 1)
    checkup.add_all(rows_of(["12"], ["012"], ["12.0"], ["x"], ["-1"], ["0"], [""]))
    result = checkup.result()
    assert (result.good, result.duplicates, result.bad, result.blank) == (1, 2, 3, 1)


def test_email_goes_before_phone_unless_said_otherwise():
    fields = {0: "phone", 1: "email"}
    assert Checkup(fields, 2).result().identifier == "email"
    assert Checkup(fields, 2, identifier="phone").result().identifier == "phone"


def test_without_an_identifier_rows_are_counted():
    checkup = Checkup({0: "city"}, 1)
    checkup.add_all(rows_of(["Berlin"], ["Paris"]))
    result = checkup.result()
    assert (result.identifier, result.rows, result.good) == (None, 2, 0)


def test_many_domains_and_many_keys_stay_small():
    checkup = Checkup({0: "email"}, 1)
    tracemalloc.start()
    try:
        checkup.add_all(Row(n, n, [f"ann@example{n}.com"]) for n in range(100_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert checkup.result().good == 100_000
    assert peak < 16_000_000
