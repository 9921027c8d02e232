"""Draw the PNG icons of the installed app from public/icon.svg with a Chromium (run once; the results are committed).

    pip install playwright
    python scripts/make-icons.py /usr/bin/chromium
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PUBLIC = Path(__file__).resolve().parent.parent / "public"


def main(chromium: str) -> None:
    """Write icon-192.png, icon-512.png and a maskable one, whose mark keeps clear of the edge a phone may cut off."""
    svg = (PUBLIC / "icon.svg").read_text()
    maskable = svg.replace('rx="16"', "").replace('viewBox="0 0 64 64"', 'viewBox="-8 -8 80 80"').replace(
        '<rect width="64" height="64"', '<rect x="-8" y="-8" width="80" height="80"'
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, drawing, size in (("icon-192", svg, 192), ("icon-512", svg, 512), ("icon-maskable-512", maskable, 512)):
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>body{{margin:0}}svg{{display:block;width:{size}px;height:{size}px}}</style>{drawing}")
            page.screenshot(path=PUBLIC / f"{name}.png", omit_background=True)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
