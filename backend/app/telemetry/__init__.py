"""What the bank tells its operators while it works: figures for Prometheus, spans for OpenTelemetry.

A low room, so that every other one can say what it did. Nobody who asks for neither pays for either: a figure is an addition
in memory, a span is one comparison, and the libraries of both are loaded when somebody looks.
"""
