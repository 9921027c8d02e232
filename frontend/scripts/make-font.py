"""Make src/assets/figtree.woff2: Figtree's latin letters and the rupee sign in one small file.

The packaged fonts keep ₹ in the latin-ext file, so the most important glyph of a bank would arrive late and, until then,
in another face. This grafts that one glyph (outline, variations, width) onto the latin file. Run once, the result is
committed:

    npm pack @fontsource-variable/figtree   (unpack it)
    pip install fonttools brotli
    python scripts/make-font.py package/files src/assets/figtree.woff2

src/assets/noto-sans-devanagari.woff2 is the packaged file as it is (devanagari, wght); hindi-name.woff2 is cut from it:

    pyftsubset src/assets/noto-sans-devanagari.woff2 --text=हिन्दी --flavor=woff2 --layout-features='*' --output-file=src/assets/hindi-name.woff2
"""

import sys
from pathlib import Path

from fontTools.ttLib import TTFont

RUPEE = 0x20B9


def main(source: Path, target: Path) -> None:
    """Write the merged font; fails if either file lacks what it should have."""
    latin = TTFont(source / "figtree-latin-wght-normal.woff2")
    extended = TTFont(source / "figtree-latin-ext-wght-normal.woff2")
    name = extended.getBestCmap()[RUPEE]
    glyph = extended["glyf"][name]
    if glyph.isComposite():
        raise SystemExit(f"{name} is made of other glyphs; copy those too.")
    latin["glyf"]  # loads the outlines before the order of glyphs changes
    latin["gvar"].variations  # and their variations
    latin.setGlyphOrder([*latin.getGlyphOrder(), name])
    latin["glyf"][name] = glyph
    latin["hmtx"][name] = extended["hmtx"][name]
    latin["gvar"].variations[name] = extended["gvar"].variations[name]
    for table in latin["cmap"].tables:
        if table.isUnicode():
            table.cmap[RUPEE] = name
    # Widths then come from gvar's phantom points, which hold the same deltas; HVAR would need a row for the new glyph.
    del latin["HVAR"]
    latin.flavor = "woff2"
    latin.save(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
