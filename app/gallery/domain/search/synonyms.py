"""Synonyms: terms that marketers type, and the words that templates use instead.

Each line holds words used in templates, a colon, and comma-separated synonyms; a synonym may be in several
lines. Terms are compared without plural s and accents, and typos are tolerated.
"""

from collections import defaultdict
from functools import cache

from app.gallery.domain.search.query_words import query_words, words

SYNONYMS = """
birthday: bday, b day, birth day, dob, date of birth, special day, birthday club, birthday card
anniversary: one year, milestone, yearly, customer anniversary, work anniversary, annual
onboarding: onboard, getting started, get started, new customer, new user, new member, first step,
    activation, adoption, orientation, setup, kickoff, first week, first month, customer success,
    implementation
welcome: welcome series, intro, introduction, hello, greeting, autoresponder, auto responder, new
    subscriber, new contact, sign up, signup, opt in, optin, indoctrination, first email, thank you for
    subscribing
newsletter: subscriber, mailing list, digest, content, blog
lead nurturing: nurture, drip, drip campaign, drip email, funnel, sales funnel, prospect, prospecting,
    lead gen, lead generation, pipeline, mql, sql lead, evergreen, education, warm up, long term
    nurture, sales sequence
new lead: lead capture, web lead, facebook lead, speed to lead, inbound, instant reply, first contact,
    contact us
free lesson: lead magnet, freebie, ebook, e book, download, gated content, opt in gift, mini course,
    challenge
inquiries: enquiry, enquiries, inquiry, contact form, request, form fill, form submission, web form
re-engagement: re engage, reengage, reactivate, reactivation, inactive, dormant, sleeping, wake up, come
    back, lost customer, bring back, miss you, disengaged, unengaged, cold, stale, ghosted, re
    activation, not opening
win-back: win back, winback, lapsed, lapsed customer, lost customer, come back offer, at risk, inactive
    customer
list cleaning: sunset, sunset flow, clean list, list hygiene, scrub, deliverability, unengaged, prune,
    purge
churn: cancel, cancelled, canceled, cancellation, attrition, offboarding, exit survey, exit interview,
    retention, retain, save, downgrade, unsubscribe, quit, leaving
renewal: renew, expiring, expire, expiration, expiry, contract end, contract renewal, license,
    subscription renewal, membership renewal, policy, insurance, lease end, auto renew, upcoming charge
failed payment: dunning, declined, card declined, credit card, credit card declined, payment declined,
    payment failure, expired card, past due, overdue, unpaid, billing, invoice, involuntary churn
review: google review, google, rating, star, five star, 5 star, reputation, yelp, trustpilot,
    tripadvisor, facebook review, google business, gmb, gbp, g2, capterra, social proof, ugc, ask for
    review, online review
testimonial: case study, success story, social proof, reference, customer story, quote from customer
nps: net promoter, net promoter score, promoter, detractor, would you recommend
survey: questionnaire, poll, csat, ces, satisfaction, customer satisfaction, post event survey
feedback: survey, nps, net promoter, net promoter score, csat, satisfaction, customer satisfaction,
    questionnaire, poll, voice of customer, opinion, check in, ces, detractor, promoter
referral: refer, refer a friend, referral program, word of mouth, invite a friend, bring a friend,
    ambassador, affiliate, recommend, recommendation, share with friend
loyalty: reward, loyalty program, vip, point, regular, repeat customer, repeat purchase, best customer,
    retention, customer appreciation, thank you, appreciation
abandoned cart: cart, cart recovery, cart abandonment, recover cart, abandoned checkout, checkout,
    basket, abandoned basket, abandoned order, left in cart, unfinished order, browse abandonment,
    abandoned browse
first order: post purchase, first purchase, new buyer, thank you for order, order confirmation, order
    follow up, second purchase, after purchase, thank you email
cross-sell: upsell, up sell, crosssell, upgrade, add on, recommendation, product recommendation, bundle,
    aov
upsell: up sell, expansion, upgrade path, plan upgrade, premium plan, next plan, account expansion
reorder: re order, replenish, replenishment, refill, repurchase, buy again, order again, restock,
    subscribe and save, running low, consumable
product launch: launch, new product, go live, release, prelaunch, pre launch, presale, drop
waitlist: wait list, waiting list, early access, notify me, coming soon, vip list
voucher: coupon, discount, promo, promo code, promotion, offer, gift card, deal, gift code, incentive
seasonal sale: black friday, cyber monday, bfcm, holiday, christmas, flash sale, sale, promotion, promo,
    valentine, mother day, summer, new year, limited time, early access,
    announcement, campaign
no-shows: no show, noshow, missed appointment, missed, did not show, did not come, last minute
missed appointment: no show, noshow, ghosted, skipped
appointment reminder: reminder, remind, confirm, confirmation, schedule, scheduling, booking, calendar,
    upcoming appointment, text reminder, sms reminder, appointment confirmation
rebooking: reschedule, rescheduling, rebook, book again, new date, cancelled appointment, canceled
    appointment
recall: checkup, check up, annual checkup, annual exam, annual visit, maintenance, service due, routine,
    hygiene visit, six month, follow up visit
webinar: event, live event, masterclass, conference, trade show, meetup, workshop, registration,
    attendee, replay, virtual event, summit, demo day, event follow up, open day, class, concert
invitation: invite, webinar invite, event invite, save the date, rsvp, register, promote event
event reminder: webinar reminder, starts soon, reminder email, save the date, join link, day of event
trial: free trial, freemium, demo, trial expiring, trial ending, trial conversion, product tour,
    software, app, user activation, plg
quote: proposal, estimate, bid, quotation, tender, deal, close deal, sales follow up, pricing
follow-up: follow up, followup, chase, check in, touch base, nudge, sequence
sales: closing, deal, crm, outreach, cold email
real estate: realtor, realty, property, home buyer, house, listing, open house, broker, mortgage, agent
hotel: airbnb, vacation rental, bed and breakfast, b b, lodging, resort, guest stay, pre arrival, pre stay,
    arrival, check in, travel, tourism, booking
donors: donation, donate, donor, nonprofit, non profit, charity, fundraising, fundraiser, giving, ngo,
    church, foundation, giving tuesday, monthly giving, supporter
pet: dog, cat, puppy, veterinarian, veterinary, vet, groomer, grooming, animal, kennel
kids: child, children, family, party, birthday party, venue, parent
demo: demo request, request demo, book demo, sales demo, product demo, schedule demo, discovery call
maintenance: service due, annual service, tune up, hvac, oil change, inspection, seasonal maintenance, yearly
    service, furnace, air conditioning, pest control, pool
restaurant: bar, bistro, diner, hospitality, reservation, dining, food, pizza, hotel
gym: yoga, pilates, crossfit, personal trainer, fitness studio, sport, class pass, martial art
salon: spa, med spa, medspa, barbershop, nail, hair, hairdresser, lash, tattoo, massage
clinic: dental, doctor, medical, patient, healthcare, health care, chiropractor, physio, therapist,
    practice, hospital, orthodontist, veterinary, wellness
course: elearning, e learning, student, class, school, academy, cohort, training, teacher, tutor,
    coaching program
agency: freelancer, freelance, studio, service business, professional service, b2b
trades: plumber, electrician, roofer, hvac, contractor, home service, landscaping, cleaning,
    construction, repair
shop: store, ecommerce, online store, shopify, woocommerce, retail, boutique, dtc, d2c, merchant
split test: ab test, a b test, a/b test, experiment, split testing, subject line test
sms: texting, mobile
"""

MAX_TERM_WORDS = 4


@cache
def terms() -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return {synonym as words: word tuples that templates use}."""
    found: dict[tuple[str, ...], list[tuple[str, ...]]] = defaultdict(list)
    for line in SYNONYMS.strip().replace("\n    ", " ").splitlines():
        name, _, others = line.partition(":")
        meant = words(name)
        for other in others.split(","):
            term = tuple(query_words(other))
            if meant not in found[term]:
                found[term].append(meant)
    return {term: tuple(meant) for term, meant in found.items()}


@cache
def term_words() -> frozenset[str]:
    """Return all words that occur in synonyms."""
    return frozenset(word for term in terms() for word in term)
