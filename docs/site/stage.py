"""Puts the pages of the site where mkdocs reads them: those of docs/, the README, the changelog, those of the examples.

    stage.py ROOT TARGET

A link that leads to a file of the project that is no page leads to a page with that file's text. Ends with status 1, and names
each, where a link leads nowhere.
"""
import os
import re
import shutil
import sys
from pathlib import Path

LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
LANGUAGES = {".cpp": "cpp", ".hpp": "cpp", ".ipp": "cpp", ".txt": "cmake", ".cmake": "cmake", ".json": "json", ".py": "python"}


def pages(root):
    """Which file of the project becomes which page."""
    found = {"README.md": "index.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
    for path in sorted((root / "docs").glob("*.md")):
        found["docs/" + path.name] = path.name
    for path in sorted(root.glob("examples/*/README.md")):
        found[str(path.relative_to(root))] = f"examples/{path.parent.name}.md"
    for path in sorted(root.glob("packaging/*.md")):
        found[str(path.relative_to(root))] = f"packaging/{'index' if path.stem == 'README' else path.stem}.md"
    return found


class Stage:
    def __init__(self, root, target):
        self.root = root
        self.target = target
        self.pages = pages(root)
        self.sources = set()
        self.broken = []

    def run(self):
        for source, page in self.pages.items():
            text = (self.root / source).read_text()
            self.write(page, self.with_links(text, source, page))
        for source in sorted(self.sources):
            self.write_source(source)
        for path in sorted((self.root / "docs" / "images").glob("*.svg")):
            (self.target / "images").mkdir(exist_ok=True)
            shutil.copy(path, self.target / "images" / path.name)
        shutil.copy(self.root / "docs" / "site" / "site.css", self.target / "site.css")

    def with_links(self, text, source, page):
        parts = re.split(r"(^```.*?^```$)", text, flags=re.M | re.S)  # code stays as it is
        for n in range(0, len(parts), 2):
            parts[n] = LINK.sub(lambda match: self.link(match, source, page), parts[n])
        return "".join(parts)

    def link(self, match, source, page):
        words, target = match.groups()
        if re.match(r"[a-z]+:", target) or target.startswith("#"):
            return match.group(0)
        path, _, anchor = target.partition("#")
        meant = os.path.normpath(os.path.join(os.path.dirname(source), path))
        there = self.root / meant
        if meant.startswith("docs/images/"):
            return match.group(0)
        if there.is_dir() and (there / "README.md").is_file():
            meant, there = meant + "/README.md", there / "README.md"
        if meant in self.pages:
            page_of = self.pages[meant]
        elif there.exists():
            self.sources.add(meant)
            page_of = f"source/{meant}.md"
        else:
            self.broken.append(f"{source}: {target} leads nowhere")
            return match.group(0)
        back = os.path.relpath(page_of, os.path.dirname(page) or ".")
        return f"[{words}]({back}{'#' + anchor if anchor else ''})"

    def write_source(self, source):
        there = self.root / source
        if there.is_dir():
            names = sorted(str(each.relative_to(self.root)) for each in there.rglob("*") if each.is_file())
            self.write(f"source/{source}.md", f"# {source}\n\n" + "\n".join(f"- `{name}`" for name in names))
            return
        language = LANGUAGES.get(there.suffix, "text")
        self.write(f"source/{source}.md", f"# {source}\n\n````{language}\n{there.read_text()}\n````\n")

    def write(self, page, text):
        place = self.target / page
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)


def main():
    root, target = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    stage = Stage(root, target)
    stage.run()
    for each in stage.broken:
        print(each, file=sys.stderr)
    return 1 if stage.broken else 0


if __name__ == "__main__":
    sys.exit(main())
