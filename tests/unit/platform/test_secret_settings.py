"""A setting that is refused is shown, unless it may hold a secret: messages go to terminals and logs."""

import pytest

from app.platform.settings import SettingError, Settings


@pytest.mark.parametrize(
    "settings",
    [
        {"DATABASE_URL": "mysql://muster:hunter2@db/muster"},
        {"REDIS_URL": "http://:hunter2@queue"},
        {"MAIL_URL": "ftp://muster:hunter2@mail"},
        {"SECRET_KEY": "hunter2"},
        {"PASSWORD_KEY": "hunter2"},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_a_secret_is_not_shown(settings: dict[str, str]) -> None:
    [name] = settings
    with pytest.raises(SettingError, match=name) as refused:
        Settings.from_environment({"DATA_DIR": "/nowhere"} | settings)
    assert "hunter2" not in str(refused.value)


def test_other_values_are_shown() -> None:
    with pytest.raises(SettingError, match="it is “eighty”"):
        Settings.from_environment({"DATA_DIR": "/nowhere", "PORT": "eighty"})
