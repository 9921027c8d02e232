"""Python's collector of reference cycles, told what a server knows: what was loaded at the start stays for good."""

from __future__ import annotations

import gc

# By default the collector looks after every 700 new objects; a batch of 500 transfers makes ten thousand, none of them in a
# cycle. Every tenth look of the first kind is one of the second, every tenth of that goes through everything not frozen.
NEW_OBJECTS_PER_LOOK = 20_000


def freeze() -> None:
    """Take everything loaded so far out of the collector's rounds, and let it look less often. Once per process, at its start.

    Going through the half a million objects of our libraries stops every thread for tens of milliseconds; it was a fifth of
    the Python of settling. It isn't done a last time before: that takes a tenth of a second, and loading leaves nothing to find.
    """
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS_PER_LOOK, 10, 10)
