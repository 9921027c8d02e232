"""What the operators need: the queues, the dead letters, and whether this process can serve."""
