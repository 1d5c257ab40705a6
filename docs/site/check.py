"""Looks through the site that was built: every link and every anchor is there, and nothing is loaded from another host.

    check.py HTML
"""
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Parsed(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links = []
        self.loaded = []
        self.names = set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        for name in ("id", "name"):
            if attributes.get(name):
                self.names.add(attributes[name])
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        if tag in ("script", "img", "iframe", "source") and attributes.get("src"):
            self.loaded.append(attributes["src"])
        if tag == "link" and attributes.get("rel") not in ("canonical", "prev", "next") and attributes.get("href"):
            self.loaded.append(attributes["href"])


def main():
    site = Path(sys.argv[1]).resolve()
    pages = {path: Parsed(path.read_text()) for path in sorted(site.rglob("*.html")) if path.name != "404.html"}
    wrong = []
    for path, page in pages.items():
        here = path.relative_to(site)
        for each in page.loaded:
            parts = urlsplit(each)
            if parts.netloc:
                wrong.append(f"{here}: loads {each}")
            elif parts.scheme != "data" and not (path.parent / unquote(parts.path)).exists():
                wrong.append(f"{here}: loads {each}, which is not there")
        for each in page.links:
            parts = urlsplit(each)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target.is_dir():
                target = target / "index.html"
            if not target.exists():
                wrong.append(f"{here}: {each} leads nowhere")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].names:
                wrong.append(f"{here}: {each}: there is no such section")
    for each in sorted(set(wrong)):
        print(each, file=sys.stderr)
    print(f"{len(pages)} pages, {len(set(wrong))} faults")
    return 1 if wrong or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
