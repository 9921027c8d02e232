"""The benchmark is measured code like any other: what it counts and remembers must be right."""
