"""Find Chromium for browser tests, or install Debian's package if running as root.

Without the parts that show windows (`chromium-headless-shell`), it needs a quarter less of the processor.

`python -m tests.services.chromium` prints instructions if neither is possible.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HEADLESS = "chromium-headless-shell"
NAMES = (HEADLESS, "chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
FONTS = ("fonts-liberation", "fonts-noto-color-emoji")
UNUSED_FEATURES = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
    *("AimEnabled", "LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints"),
    *("PreconnectToSearch", "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "PaintHolding"),
    *("AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync"),
    *("DestroyProfileOnBrowserClose", "ThirdPartyStoragePartitioning"),
)
"""Features of Chromium that are turned off. The first two are the suggestions below the address bar, which
each window would load though nobody sees them: three quarters of what a window costs. The others are those
that Playwright turns off itself, with the switch that this one replaces."""
MACOS = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


class NoBrowser(Exception):
    """Chromium is missing and cannot be installed; the text says what to do."""


def find() -> str | None:
    """Return the path of Chromium from PATH, a common location, or Playwright; None if there is none."""
    for name in NAMES:
        if found := shutil.which(name) or shutil.which(name, path="/usr/bin:/usr/local/bin:/snap/bin"):
            return found
    if MACOS.exists():
        return str(MACOS)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:  # looked for before the environment is made
        return None
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if os.path.exists(own) else None


def find_or_install() -> str:
    """Return the path of Chromium; install it first if it is missing. Raises NoBrowser."""
    if found := find():
        return found
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise NoBrowser(
            "The browser tests need Chromium. Install it (Debian: apt-get install chromium) "
            "or run: .venv/bin/playwright install chromium"
        )
    quietly = {"stdout": subprocess.DEVNULL, "env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}}
    print("Installing Chromium for the browser tests …", flush=True)
    subprocess.run(["apt-get", "update", "-qq"], check=False, **quietly)
    for package in (HEADLESS, "chromium"):  # not every system has both
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package, *FONTS]
        done = subprocess.run(install, check=False, **quietly)
        if done.returncode == 0 and (found := find()):
            return found
    raise NoBrowser("Chromium could not be installed with apt-get; the lines above say why.")


def switches() -> list[str]:
    """Return command-line switches: no sandbox as root, no /dev/shm, which is small in containers, no
    graphics card, which would be imitated with a lot of work, and no unused features."""
    features = f"--disable-features={','.join(UNUSED_FEATURES)}"
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return ["--disable-dev-shm-usage", "--disable-gpu", features, *sandbox]


if __name__ == "__main__":
    try:
        find_or_install()
    except NoBrowser as sentence:
        sys.exit(str(sentence))
