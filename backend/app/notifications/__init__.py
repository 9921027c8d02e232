"""What the bank tells a person: written once however often the event arrives, pushed to their sockets at once."""
