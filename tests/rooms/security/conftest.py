"""One installation for tests that need a real web server."""

from collections.abc import Iterator

import pytest

from tests.services.installation import Installation
from tests.services.plain_client import Session, sign_in_owner


@pytest.fixture(scope="package")
def muster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A running installation without workers."""
    one = Installation(tmp_path_factory.mktemp("muster") / "data", WORKERS="0").prepare().start()
    yield one
    one.stop()


@pytest.fixture(scope="package")
def session(muster: Installation) -> Session:
    """Session of the installation's owner."""
    return sign_in_owner(muster)
