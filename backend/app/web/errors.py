"""What can keep the web app from being built."""

from __future__ import annotations


class BuildFailed(Exception):
    """The web app can't be built here; the text is one sentence with the next step.

    `output` is what npm had to say, for who wants to see it.
    """

    def __init__(self, sentence: str, output: str = "") -> None:
        super().__init__(sentence)
        self.output = output
