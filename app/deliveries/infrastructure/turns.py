"""Whose turn it is to send an account's deliveries."""

from app.deliveries.infrastructure.tables import DeliveryTurn
from app.platform.claims.leases import Interval
from app.platform.claims.turns import Turns

turns = Turns(DeliveryTurn.__table__, Interval(30.0))
