"""Settings > Email in states that no link leads to."""

from playwright.sync_api import Page, expect

from tests.browser.showing import Show, at, pressed, with_dialog

PAGE = "/settings/email"
OTHER_SENDER = "Customer Support of the Agency"


def mail_scenes(port: int) -> dict[str, Show]:
    """Name → what shows it, each in the state that the one before left. The last one leaves the account
    without a mail server, so that its emails are kept again. `port` is that of a mail server on this
    machine."""
    return {
        "mail-no-sender": _connected(port),
        "mail-paused": _with_senders,
        "mail-rehearsal": _sending(is_paused=False, only_to="example.com\nann@example.org"),
        "mail-server": _sending(is_paused=False, only_to=""),
        "mail-server-problems": _wrong_server,
        "mail-test": pressed(at(PAGE), "Send a test email", "#mail-test-answer .alert-success"),
        "mail-test-problem": _wrong_recipient,
        "mail-disconnect": with_dialog(PAGE, "Disconnect"),
        "mail-domain": _domain,
        "mail-domain-key": _wrong_key,
        "mail-domain-waiting": _waiting_key,
        "mail-sender": _sender,
        "mail-sender-problems": pressed(at(PAGE), "Add sender"),
        "mail-sender-remove": _sender_removal,
        "mail-disconnected": _disconnected,
    }


def _connected(port: int) -> Show:
    def show(page: Page) -> None:
        page.goto(PAGE)
        form = page.locator("#server-form")
        form.get_by_label("Server").fill("127.0.0.1")
        form.get_by_label("Encryption").select_option("none")
        form.get_by_label("Port").fill(str(port))
        form.get_by_role("button", name="Connect").click()
        expect(page.get_by_text("Until you add a sender")).to_be_visible()

    return show


def _with_senders(page: Page) -> None:
    page.goto(PAGE)
    _add_sender(page, "Agency News", "news@example.com", "5")
    _add_sender(page, OTHER_SENDER, "customer-support@agency.example.com", "")
    _sending(is_paused=True, only_to="")(page)


def _add_sender(page: Page, name: str, address: str, per_second: str) -> None:
    form = page.locator("#sender-form")
    form.get_by_label("Name").fill(name)
    form.get_by_label("Email address").fill(address)
    form.get_by_label("Emails per second").fill(per_second)
    form.get_by_role("button", name="Add sender").click()
    expect(page.get_by_role("link", name=name)).to_be_visible()


def _domain(page: Page) -> None:
    page.goto(PAGE)
    page.get_by_role("link", name="example.com", exact=True).click()
    expect(page.get_by_role("button", name="Check records")).to_be_visible()


def _wrong_key(page: Page) -> None:
    _domain(page)
    page.get_by_text("Use a key of your own").click()
    page.get_by_label("Private key").fill("secret")
    page.get_by_role("button", name="Save key").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def _waiting_key(page: Page) -> None:
    _domain(page)
    if page.get_by_role("button", name="Create key").count():
        page.get_by_role("button", name="Create key").click()
    expect(page.get_by_role("button", name="Start signing")).to_be_visible()


def _sender(page: Page) -> None:
    page.goto(PAGE)
    page.get_by_role("link", name=OTHER_SENDER).click()
    expect(page.get_by_role("button", name="Make default")).to_be_visible()


def _sender_removal(page: Page) -> None:
    _sender(page)
    page.get_by_role("button", name="Remove sender").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _disconnected(page: Page) -> None:
    with_dialog(PAGE, "Disconnect")(page)
    page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text("No mail server yet")).to_be_visible()


def _sending(is_paused: bool, only_to: str) -> Show:
    def show(page: Page) -> None:
        page.goto(PAGE)
        form = page.locator("#sending-form")
        form.get_by_label("Pause all sending").set_checked(is_paused)
        form.get_by_label("Send only to these addresses").fill(only_to)
        form.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved.")).to_be_visible()

    return show


def _wrong_server(page: Page) -> None:
    page.goto(PAGE)
    form = page.locator("#server-form")
    form.get_by_label("Server").fill("https://smtp.example.com:587/")
    form.get_by_label("Port").fill("many")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def _wrong_recipient(page: Page) -> None:
    page.goto(PAGE)
    form = page.locator("#mail-test")
    form.get_by_label("To").fill("alice")
    form.get_by_role("button").click()
    expect(form.locator("#to-error")).to_be_visible()
