"""Redis: what gateways share to be quicker or fairer. All of it can be lost at any moment; nothing here decides about money."""
