"""The sockets: who is connected, and how a message for one person finds their gateway."""
