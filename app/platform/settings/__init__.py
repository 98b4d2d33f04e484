"""The settings of an installation, and what their values mean."""

from app.platform.settings.record import UNLIMITED, SettingError, Settings, current

__all__ = ["UNLIMITED", "SettingError", "Settings", "current"]
