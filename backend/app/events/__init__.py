"""What can happen (catalogue), how it is recorded (outbox), carried (relay, bus) and handled (consumer, inbox).

A fact and its event are one commit: services call `outbox.record`, nothing publishes from business code.
"""
