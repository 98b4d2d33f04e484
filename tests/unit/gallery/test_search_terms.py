"""What marketers type finds the templates that they mean, in their own words and with typing mistakes."""

from functools import cache
from pathlib import Path

import pytest

from app.gallery import domain
from app.gallery.domain.card import kept_summary
from app.gallery.domain.search import Entry, TemplateSearch
from app.gallery.domain.synonyms import terms
from app.gallery.domain.template_file import parse_template
from app.workflows.domain import parse


@cache
def gallery() -> tuple[list[str], TemplateSearch]:
    """The keys of the templates that come with Muster, and the search over them."""
    keys, entries = [], []
    for path in sorted((Path(domain.__file__).parents[1] / "system_templates").glob("*.yaml")):
        file = parse_template(path.read_text("utf-8"))
        kept = kept_summary(parse(file.definition))
        parts = frozenset((kept["trigger"], *kept["step_types"], *kept["goal_types"]))
        keys.append(file.key)
        entries.append(Entry(file.name, file.description, file.category, tuple(file.tags), parts))
    return keys, TemplateSearch(entries)


def found(query: str) -> list[str]:
    keys, search = gallery()
    return [keys[position] for position in search.find(query)]


MEANT = [
    # as people type it, and one of the first three that they should see
    ("onbaording", "new-client-kickoff"),
    ("onboarding", "new-client-kickoff"),
    ("onboarding email sequence", "new-client-kickoff"),
    ("google review", "salon-review-after-visit"),
    ("how to get more google reviews", "salon-review-after-visit"),
    ("5 star rating", "salon-review-after-visit"),
    ("abandoned cart", "abandoned-cart"),
    ("cart recovery", "abandoned-cart"),
    ("abandonned cart", "abandoned-cart"),
    ("checkout", "abandoned-cart"),
    ("bday", "birthday-greeting"),
    ("birthday discount code", "shop-birthday-gift"),
    ("nurture", "new-lead-welcome"),
    ("lead nurture sequence", "new-lead-welcome"),
    ("drip", "new-lead-welcome"),
    ("drip campaign", "new-lead-welcome"),
    ("lead magnet", "free-lesson-course"),
    ("ebook", "free-lesson-course"),
    ("survey", "clinic-patient-feedback"),
    ("NPS", "clinic-patient-feedback"),
    ("customer satisfaction survey", "clinic-patient-feedback"),
    ("feedback", "clinic-patient-feedback"),
    ("renewal", "renewal-reminder"),
    ("contract renewal", "renewal-reminder"),
    ("membership expiring", "renewal-reminder"),
    ("newsletter", "newsletter-welcome"),
    ("win back", "shop-win-back"),
    ("winback", "shop-win-back"),
    ("lapsed customers", "shop-win-back"),
    ("churn", "cancelled-subscription"),
    ("churned", "cancelled-subscription"),
    ("cancel", "cancelled-subscription"),
    ("no show", "missed-appointment"),
    ("no-show", "missed-appointment"),
    ("noshow", "missed-appointment"),
    ("referral", "referral-request"),
    ("refferal", "referral-request"),
    ("refer a friend", "referral-request"),
    ("word of mouth", "referral-request"),
    ("webinar", "webinar-follow-up"),
    ("event follow up", "webinar-follow-up"),
    ("re-engage", "quiet-subscribers"),
    ("reengagement", "quiet-subscribers"),
    ("reactivation", "quiet-subscribers"),
    ("sunset flow", "quiet-subscribers"),
    ("list hygiene", "quiet-subscribers"),
    ("follow up", "quote-follow-up"),
    ("proposal", "quote-follow-up"),
    ("estimate", "quote-follow-up"),
    ("upsell", "first-order-welcome"),
    ("cross-sell", "first-order-welcome"),
    ("cross sell", "first-order-welcome"),
    ("post purchase", "first-order-welcome"),
    ("black friday", "seasonal-sale"),
    ("blak friday", "seasonal-sale"),
    ("cyber monday", "seasonal-sale"),
    ("holiday promotion", "seasonal-sale"),
    ("welcome series", "simple-welcome"),
    ("wlecome seires", "simple-welcome"),
    ("autoresponder", "simple-welcome"),
    ("testimonials", "project-testimonial"),
    ("tesimonial", "project-testimonial"),
    ("case study", "project-testimonial"),
    ("social proof", "project-testimonial"),
    ("anniversary", "customer-anniversary"),
    ("aniversary", "customer-anniversary"),
    ("loyalty", "customer-anniversary"),
    ("trial", "software-trial-first-week"),
    ("free trial", "software-trial-first-week"),
    ("trial ending", "software-trial-first-week"),
    ("appointment reminder", "appointment-reminders"),
    ("reschedule", "cancelled-appointment"),
    ("annual checkup", "checkup-recall"),
    ("realtor", "property-enquiry"),
    ("real estate", "property-enquiry"),
    ("open house", "property-enquiry"),
    ("yoga", "gym-first-month"),
    ("dental", "clinic-visit-reminder"),
    ("coupon", "shop-birthday-gift"),
    ("contact form", "consultation-booking"),
    ("enquiry", "consultation-booking"),
    ("cold leads", "old-enquiries"),
]


@pytest.mark.parametrize(("query", "key"), MEANT)
def test_what_marketers_type_finds_what_they_mean(query: str, key: str) -> None:  # T-06
    assert key in found(query)[:6]


@pytest.mark.parametrize(
    ("query", "most"),
    [("newsletter", 3), ("abandoned cart", 3), ("webinar", 3), ("renewal", 4), ("trial", 3)],
)
def test_a_special_subject_does_not_find_everything(query: str, most: int) -> None:  # T-06
    assert 1 <= len(found(query)) <= most


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("newsletter", "newsletter-welcome"),
        ("quote", "quote-follow-up"),
        ("webinar", "webinar-follow-up"),
        ("renewal", "renewal-reminder"),
        ("referral", "referral-request"),
        ("abandoned cart", "abandoned-cart"),
        ("win back", "shop-win-back"),
        ("anniversary", "customer-anniversary"),
        ("no show", "missed-appointment"),
    ],
)
def test_the_template_that_is_called_so_comes_first(query: str, key: str) -> None:  # T-06
    assert found(query)[0] == key


def test_every_other_term_finds_a_template() -> None:  # T-06
    assert [" ".join(term) for term in terms() if not found(" ".join(term))] == []


def test_a_typing_mistake_in_a_long_term_is_forgiven() -> None:  # T-06
    missed = []
    for term in terms():
        for at, word in enumerate(term):
            if len(word) >= 7:
                swapped = f"{word[:3]}{word[4]}{word[3]}{word[5:]}"
                query = " ".join((*term[:at], swapped, *term[at + 1 :]))
                if swapped != word and not found(query):
                    missed.append(query)
    assert len(missed) <= 3, missed


def test_what_fits_only_partly_is_near() -> None:  # T-06
    keys, search = gallery()
    assert found("birthday submarine") == []
    near = [keys[position] for position in search.nearest("birthday submarine", 3)]
    assert len(near) == 3
    assert all("birthday" in key for key in near)
    assert search.nearest("xyzzy qwxq", 3) == []
