"""What a customer sees first: what they have, what just happened, what waits, and what their money went to."""
