"""The demo bank: thirty-odd people with a year of life behind them, made through the services, so that it verifies."""
