"""What marketers type finds the templates that they mean, in their own words and with typing mistakes."""

from functools import cache

import pytest

from app.gallery.domain.search import Entry, TemplateSearch, message_words
from app.gallery.domain.search.synonyms import terms
from app.workflows.domain import summary
from tests.unit.gallery.shipped import KEYS, template


@cache
def gallery() -> TemplateSearch:
    """The search over the templates that come with Muster."""
    entries = []
    for key in KEYS:
        file = template(key)
        figures = summary(file.parsed)
        parts = frozenset((figures.trigger, *figures.step_types, *figures.goal_types))
        words = tuple(message_words(file.parsed))
        entries.append(Entry(file.name, file.description, file.category, tuple(file.tags), parts, words))
    return TemplateSearch(entries)


def found(query: str) -> list[str]:
    return [KEYS[position] for position in gallery().find(query)]


MEANT = [
    # as people type it, and one of the first three that they should see
    ("onbaording", "onboarding-by-role"),
    ("onboarding", "onboarding-by-role"),
    ("onboarding email sequence", "onboarding-by-role"),
    ("user onboarding", "onboarding-by-role"),
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
    ("survey", "nps-survey"),
    ("NPS", "nps-survey"),
    ("net promoter score", "nps-survey"),
    ("customer satisfaction survey", "nps-survey"),
    ("event survey", "event-feedback-survey"),
    ("feedback", "clinic-patient-feedback"),
    ("renewal", "renewal-reminder"),
    ("contract renewal", "renewal-reminder"),
    ("membership expiring", "renewal-reminder"),
    ("newsletter", "newsletter-welcome"),
    ("win back", "shop-win-back"),
    ("winback", "shop-win-back"),
    ("win back trial", "trial-ended"),
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
    ("webinar invite", "webinar-invitation"),
    ("event reminder", "event-reminder"),
    ("event follow up", "webinar-follow-up"),
    ("re-engage", "quiet-subscribers"),
    ("reengagement", "quiet-subscribers"),
    ("reactivation", "quiet-subscribers"),
    ("sunset flow", "quiet-subscribers"),
    ("list hygiene", "quiet-subscribers"),
    ("follow up", "quote-follow-up"),
    ("proposal", "quote-follow-up"),
    ("estimate", "quote-follow-up"),
    ("upsell", "upgrade-offer"),
    ("upgrade", "upgrade-offer"),
    ("cross-sell", "first-order-welcome"),
    ("cross sell", "first-order-welcome"),
    ("post purchase", "first-order-welcome"),
    ("replenishment", "reorder-reminder"),
    ("re-order", "reorder-reminder"),
    ("black friday", "seasonal-sale"),
    ("blak friday", "seasonal-sale"),
    ("cyber monday", "seasonal-sale"),
    ("holiday promotion", "seasonal-sale"),
    ("product launch", "product-launch-waitlist"),
    ("wait list", "product-launch-waitlist"),
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
    ("trial expired", "trial-ended"),
    ("dunning", "payment-failed"),
    ("failed payment", "payment-failed"),
    ("credit card declined", "payment-failed"),
    ("demo request", "demo-request-follow-up"),
    ("book a demo", "demo-request-follow-up"),
    ("appointment reminder", "appointment-reminders"),
    ("reminder", "appointment-reminders"),
    ("reschedule", "cancelled-appointment"),
    ("annual checkup", "checkup-recall"),
    ("maintenance", "yearly-service-reminder"),
    ("hvac", "yearly-service-reminder"),
    ("realtor", "property-enquiry"),
    ("real estate", "property-enquiry"),
    ("open house", "property-enquiry"),
    ("yoga", "gym-first-month"),
    ("dental", "clinic-visit-reminder"),
    ("hotel", "hotel-before-arrival"),
    ("pre arrival", "hotel-before-arrival"),
    ("nonprofit", "donor-first-gift"),
    ("donation thank you", "donor-first-gift"),
    ("pets", "pet-birthday"),
    ("kids party", "kids-birthday-party"),
    ("coupon", "shop-birthday-gift"),
    ("contact form", "consultation-booking"),
    ("enquiry", "consultation-booking"),
    ("cold leads", "old-enquiries"),
    ("seasonal", "seasonal-sale"),
    ("buy again", "reorder-reminder"),
    ("event invitation", "webinar-invitation"),
    ("workshop reminder", "event-reminder"),
    ("vacation rental", "hotel-before-arrival"),
    ("charity", "donor-first-gift"),
    ("net promotor", "nps-survey"),
    ("gogle reveiw", "salon-review-after-visit"),
    ("abandonded checkuot", "abandoned-cart"),
    ("apointment remindr", "appointment-reminders"),
    ("cutomer satisfacton survy", "nps-survey"),
    ("win bcak", "shop-win-back"),
    ("birthdy", "birthday-greeting"),
    ("insurence renewl", "renewal-reminder"),
    # words that only messages have
    ("xylitol", "pet-birthday"),
    ("medications", "clinic-visit-reminder"),
    ("towel", "gym-first-month"),
    ("logo brand guidelines", "new-client-kickoff"),
]


@pytest.mark.parametrize(("query", "key"), MEANT)
def test_what_marketers_type_finds_what_they_mean(query: str, key: str) -> None:  # T-06
    assert key in found(query)[:3]


@pytest.mark.parametrize("query", ["win-back sms", "win back with text message"])
def test_words_here_and_there_in_messages_are_no_match(query: str) -> None:  # T-06
    """A template with text messages in which somebody “wins” something and is “back” isn’t meant."""
    assert "property-enquiry" not in found(query)
    assert "shop-win-back" in (found(query) or nearest(query))[:3]


def test_two_words_here_and_there_in_messages_are_no_match() -> None:  # T-06
    assert found("back window") == [] and nearest("back window")


def nearest(query: str) -> list[str]:
    return [KEYS[position] for position in gallery().nearest(query, 3)]


@pytest.mark.parametrize(
    ("query", "most"),
    [("newsletter", 3), ("abandoned cart", 3), ("webinar", 5), ("renewal", 4), ("trial", 3), ("cart", 3)],
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
        ("nps", "nps-survey"),
        ("reorder", "reorder-reminder"),
    ],
)
def test_the_template_that_is_called_so_comes_first(query: str, key: str) -> None:  # T-06
    assert found(query)[0] == key


def test_a_typing_mistake_in_every_word_of_a_name_is_forgiven() -> None:  # T-06
    missed = []
    for key in KEYS:
        query = " ".join(mistyped(word) for word in template(key).name.lower().split())
        if key not in found(query)[:3]:
            missed.append(query)
    assert missed == []


def mistyped(word: str) -> str:
    """A word with two letters swapped if it has at least five."""
    return f"{word[:2]}{word[3]}{word[2]}{word[4:]}" if len(word) >= 5 else word


def test_every_other_term_finds_a_template() -> None:  # T-06
    assert [" ".join(term) for term in terms() if not found(" ".join(term))] == []


def test_a_typing_mistake_in_a_long_term_is_forgiven() -> None:  # T-06
    missed = []
    for term in list(terms())[::6]:
        for at, word in enumerate(term):
            if len(word) >= 7:
                swapped = f"{word[:3]}{word[4]}{word[3]}{word[5:]}"
                query = " ".join((*term[:at], swapped, *term[at + 1 :]))
                if swapped != word and not found(query):
                    missed.append(query)
    assert missed == []


def test_what_fits_only_partly_is_near() -> None:  # T-06
    search = gallery()
    assert found("birthday submarine") == []
    near = [KEYS[position] for position in search.nearest("birthday submarine", 3)]
    assert len(near) == 3
    assert all("birthday" in key for key in near)
    assert search.nearest("xyzzy qwxq", 3) == []
