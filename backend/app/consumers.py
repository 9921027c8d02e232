"""Every consumer of the bank, imported once: this list is what the worker listens with."""

import app.audit.consumers
import app.enquiries.consumers
import app.fraud.consumers
import app.notifications.consumers
import app.realtime.consumers
import app.transactions.consumers  # noqa: F401
from app.enquiries.rebuild import prepare
from app.events.consumer import consumers

__all__ = ["consumers", "prepare"]
