"""Analytics: what became of people and messages in a period, from numbers that are kept as it happens."""

from app.engine.application.analytics.reading import analytics_of

__all__ = ["analytics_of"]
