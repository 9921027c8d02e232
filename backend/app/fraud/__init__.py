"""What makes a transaction suspicious. Pure rules; the verdict travels as an event while the money waits in a hold."""
