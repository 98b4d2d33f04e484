"""What spam filters react to: English phrases, by the reason, and websites. Left out are phrases that honest
messages often need, such as “free trial”."""

SPAM_WORDS: dict[str, str] = {
    "because spam puts pressure on people": """
        act now | act immediately | act fast | buy now | call now | apply now | hurry up | don’t hesitate
        don’t delete | urgent response | urgent reply | final notice | while supplies last
        limited time only | before it’s too late | now or never
    """,
    "because spam promises money": """
        make money | earn money | earn cash | extra cash | extra income | free money | easy money | fast cash
        cash bonus | double your income | double your money | be your own boss
        get rich | financial freedom | million dollars | get paid | no credit check | debt free
        eliminate debt | passive income | pure profit
    """,
    "because spam promises too much": """
        100% free | 100% guaranteed | 100% satisfied | totally free | absolutely free | risk free | risk-free
        no risk | no catch | no strings attached | miracle cure | miracle | once in a lifetime
        lowest price ever | incredible deal | amazing deal | too good to be true | satisfaction guaranteed
    """,
    "because messages that steal passwords use the same words": """
        verify your account | verify your identity | confirm your password | confirm your account
        account has been suspended | account will be suspended | update your billing information
        unusual activity | claim your prize | claim your reward
        you have been selected | you’ve been selected | you have won | you’ve won | you are a winner
        you’re a winner | congratulations you
    """,
    "because mass mailings use the same words": """
        dear friend | dear sir or madam | dear valued customer | this is not spam | this isn’t spam
        not a scam | as seen on | bulk email | mass email | email marketing list | increase sales
        multi-level marketing | undisclosed recipient
    """,
    "which doesn’t say where a link leads": "click here | click below | click this link",
}
"""Reason → phrases, between bars or line ends."""

SHORTENERS = frozenset(
    {
        *("bit.ly", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "is.gd", "buff.ly", "rebrand.ly", "cutt.ly"),
        *("shorturl.at", "tiny.cc", "rb.gy", "t.ly", "shorte.st", "adf.ly"),
    }
)
"""Websites that hide where a link leads."""

UNREAL_SITES = frozenset(
    {"example.com", "example.org", "example.net", "yourdomain.com", "yourwebsite.com", "yoursite.com"}
)
"""Websites in examples, which nobody means."""
