"""Makes the pages of the reference: Markdown of what Doxygen has read in the public headers, a page for each header.

    reference.py XML INCLUDE PAGES

Ends with status 1, and names each, where a public name has no words.
"""
import html
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

FOLDERS = {
    "": "Everything at once",
    "core": "Errors, and what belongs to no database",
    "schema": "Declarations of tables",
    "expr": "Expressions",
    "query": "Queries and statements",
    "tenant": "A tenant",
    "fleet": "The fleet",
    "testing": "Tests of programs",
    "migrate": "Migrations",
    "json": "Rows as JSON and back, for those who include `tenantry/json.hpp`",
    "async": "Asynchronous operations",
    "sqlite": "SQLite",
}

# The protocol by which the parts of a query and of a declaration are put together, which no program calls.
PROTOCOL = """action always_one_row bind check column column_types constraint deferral form inserted_row is_raw has_rows
missing needs_table needs_trust own owns_row part_rules raw_text read_sources reading reads render result result_subject
rolls_back row_type rowid_at rules schema_rules source subject takes_on_conflict visit writes meaning_of"""
PARTS = re.compile(r"Query$|^(Table|View|Trigger|When|Do|DoSql|Refuse|FullText|Check|Collate|Default|Deferred|ForeignKey|Generated|"
                   r"PrimaryKey|Unique|WhenRemoved|WhenChanged|Index|Autoincrement|ColumnName|"
                   r"ColumnType|WithoutRowid)\b|^sqlite::Codec<")
HIDDEN = re.compile(r"^(tenantry_\w+|~.*)$")
PLAIN = re.compile(r"^operator(=|==|<=>|<|<<|\*|->|\(\)|\[\]| bool|!=)$")


def text(element):
    return "" if element is None else "".join(element.itertext())


def inline(element):
    """The children of an element as Markdown on one line."""
    out = [escape(element.text)]
    for child in element:
        tag = child.tag
        if tag == "computeroutput":
            out.append("`" + text(child) + "`")
        elif tag == "ref":
            out.append("`" + text(child) + "`" if element.tag != "computeroutput" else text(child))
        elif tag == "ulink":
            out.append("[" + inline(child) + "](" + child.get("url") + ")")
        elif tag == "bold":
            out.append("**" + inline(child) + "**")
        elif tag == "emphasis":
            out.append("*" + inline(child) + "*")
        elif tag in ("ndash", "mdash"):
            out.append("-")
        elif tag == "linebreak":
            out.append(" ")
        elif tag in BLOCKS:
            continue
        else:
            out.append(inline(child))
        out.append(escape(child.tail))
    return "".join(out)


def escape(words):
    return re.sub(r"([*_<\[\]])", r"\\\1", re.sub(r"\s+", " ", words or ""))


BLOCKS = ("itemizedlist", "orderedlist", "verbatim", "programlisting", "simplesect", "parameterlist", "preformatted")


def block(element):
    """A description as paragraphs of Markdown."""
    out = []
    if element is None:
        return out
    for para in element:
        if para.tag != "para":
            out += block(para) if para.tag not in BLOCKS else special(para)
            continue
        words = inline(para).strip()
        if words:
            out.append(words)
        for child in para:
            if child.tag in BLOCKS:
                out += special(child)
    return out


def special(element):
    if element.tag in ("itemizedlist", "orderedlist"):
        return ["\n".join("- " + " ".join(block(item)) for item in element)]
    if element.tag in ("verbatim", "preformatted"):
        return ["```cpp\n" + text(element).strip("\n") + "\n```"]
    if element.tag == "programlisting":
        lines = []
        for line in element:
            lines.append("".join(" " if part.tag == "sp" else part.text or "" for part in line.iter()))
        return ["```cpp\n" + "\n".join(lines) + "\n```"]
    return block(element)


def words_of(element):
    return block(element.find("briefdescription")) + block(element.find("detaileddescription"))


def type_text(element):
    return re.sub(r"\s+", " ", text(element)).strip()


def template_line(element):
    parameters = element.find("templateparamlist")
    if parameters is None:
        return ""
    out = []
    for parameter in parameters:
        each = type_text(parameter.find("type"))
        name = type_text(parameter.find("declname"))
        if name and not each.endswith(name):
            each += " " + name
        default = type_text(parameter.find("defval"))
        out.append(each + (" = " + default if default else ""))
    line = "template <" + ", ".join(out) + ">\n"
    needs = element.find("requiresclause")
    if needs is not None:
        line += "requires " + type_text(needs) + "\n"
    return line


def short(words):
    return re.sub(r"\btenantry::(?!detail)", "", words)


def declaration(member):
    kind = member.get("kind")
    name = text(member.find("name"))
    type_ = type_text(member.find("type"))
    if kind == "function":
        before = "static " if member.get("static") == "yes" else ""
        before += "explicit " if member.get("explicit") == "yes" else ""
        after = re.sub(r"\s+", " ", text(member.find("argsstring")))
        needs = member.find("requiresclause")
        line = template_line(member) + before + (type_ + " " if type_ else "") + name + after
        return short(line) + ";"
    if kind == "typedef":
        if type_text(member.find("definition")).startswith("using") or member.find("templateparamlist") is not None:
            return short(template_line(member) + "using " + name + " = " + type_) + ";"
        return short("using " + name + " = " + type_) + ";"
    if kind == "variable":
        value = re.sub(r"\s+", " ", text(member.find("initializer"))).strip()
        if len(value) > 60:
            value = ""
        before = "static " if member.get("static") == "yes" and "static" not in type_ else ""
        return short(template_line(member) + before + type_ + " " + name + text(member.find("argsstring")) +
                     (" " + value if value.startswith(("=", "{")) else "")) + ";"
    if kind == "enum":
        return "enum class " + name + ";"
    return name + ";"


class Page:
    def __init__(self, header):
        self.header = header
        self.items = []  # line, name, [markdown]


def first_words(path):
    """The comment at a header's beginning, which says what it is for."""
    out = []
    for line in path.read_text().splitlines():
        if not line.startswith("//"):
            break
        out.append(line[2:].strip())
    return " ".join(out)


class Reference:
    def __init__(self, xml, include):
        self.xml = xml
        self.include = include
        self.pages = {}
        self.missing = []

    def header_of(self, element):
        location = element.find("location")
        if location is None:
            return None
        name = location.get("file", "")
        at = name.find("tenantry/")
        name = name[at + len("tenantry/"):] if at >= 0 else name
        return name if (self.include / "tenantry" / name).is_file() else None

    def add(self, element, name, body):
        header = self.header_of(element)
        if header is None:
            return
        page = self.pages.setdefault(header, Page(header))
        page.items.append((int(element.find("location").get("line")), name, body))

    def need(self, element, what):
        location = element.find("location")
        self.missing.append(f"{location.get('file')}:{location.get('line')}: {what} has no words")

    def members(self, owner, elements, scope, heading):
        """Markdown of the members, those of one name together; and what of them has no words."""
        out = []
        by_name = {}
        for member in elements:
            name = text(member.find("name"))
            if member.get("prot") != "public" or HIDDEN.match(name) or member.get("kind") == "friend":
                continue
            if PARTS.search(scope.removesuffix("::")) and name in PROTOCOL.split() and not words_of(member):
                continue
            if "detail::" in type_text(member.find("type")) and member.get("kind") == "typedef" and not words_of(member):
                continue
            by_name.setdefault(name, []).append(member)
        for name, same in by_name.items():
            has_words = any(words_of(member) for member in same)
            constructor = owner is not None and name == owner
            if not has_words and (constructor or PLAIN.match(name)):
                continue
            if not has_words:
                self.need(same[0], f"{scope}{name}")
            out.append(f"{heading} {escape(name)}\n")
            code = []
            for member in same:
                if "delete" in text(member.find("argsstring")) and not words_of(member):
                    continue
                if code and words_of(member):
                    out += self.code(code)
                    code = []
                code.append(declaration(member))
                words = words_of(member)
                if words:
                    out += self.code(code) + ["\n\n".join(words) + "\n"]
                    code = []
                if member.get("kind") == "enum":
                    out += self.code(code) + self.values(member)
                    code = []
            out += self.code(code)
        return out

    @staticmethod
    def code(lines):
        return ["```cpp\n" + "\n".join(lines) + "\n```\n"] if lines else []

    @staticmethod
    def values(member):
        rows = []
        for value in member.findall("enumvalue"):
            rows.append(f"| `{text(value.find('name'))}` | {' '.join(words_of(value)).replace('|', chr(92) + '|')} |")
        return ["| | |\n|---|---|\n" + "\n".join(rows) + "\n"] if rows else []

    def read(self):
        index = ElementTree.parse(self.xml / "index.xml").getroot()
        for compound in index:
            kind = compound.get("kind")
            name = text(compound.find("name"))
            if "detail" in name or kind not in ("struct", "class", "concept", "namespace", "union"):
                continue
            root = ElementTree.parse(self.xml / (compound.get("refid") + ".xml")).getroot().find("compounddef")
            if kind == "namespace":
                self.read_namespace(root, name)
            elif name.startswith("tenantry::"):
                self.read_class(root, kind, short(name))

    def read_namespace(self, root, name):
        if not name.startswith("tenantry"):
            return
        scope = short(name + "::") if name != "tenantry" else ""
        by_header = {}
        for member in root.iter("memberdef"):
            if self.header_of(member) is not None:
                by_header.setdefault((self.header_of(member), text(member.find("name"))), []).append(member)
        for (_, each), same in by_header.items():
            body = self.members(None, same, scope, "###")
            if body:
                body[0] = "### " + escape(scope + each) + "\n"
                self.add(same[0], each, body)

    def read_class(self, root, kind, name):
        if self.header_of(root) is None or root.get("prot") == "private":
            return
        if "::" in name and name.split("::")[0] not in ("sqlite", "migrate", "testing", "json"):
            nested = True
        else:
            nested = False
        words = words_of(root)
        special_one = "<" in name
        if name.startswith("sqlite::Codec<"):
            return  # what the general one says holds for each
        if not words and not special_one:
            self.need(root, name)
        if special_one and not words:
            return
        head = template_line(root)
        if kind == "concept":
            code = short(type_text(root.find("initializer")))
            body = [f"### {escape(name)}\n", "```cpp\n" + code.replace(" requires", "\n    requires", 1) + ";\n```\n"]
        else:
            body = [f"### {escape(name)}\n", "```cpp\n" + short(head) + kind + " " + name + ";\n```\n"]
        body.append("\n\n".join(words) + "\n")
        own = name.split("<")[0].split("::")[-1].strip()
        elements = [member for section in root.findall("sectiondef") for member in section.findall("memberdef")]
        body += self.members(own, elements, name + "::", "####")
        self.add(root, ("zz" if nested else "") + name, body)

    def write(self, pages):
        by_folder = {}
        for header in sorted(self.pages):
            page = self.pages[header]
            folder = header.rsplit("/", 1)[0] if "/" in header else ""
            by_folder.setdefault(folder, []).append(header)
            target = pages / (header[:-4] + ".md")
            target.parent.mkdir(parents=True, exist_ok=True)
            out = [f"# {escape(header)}\n", f"```cpp\n#include <tenantry/{header}>\n```\n",
                   first_words(self.include / "tenantry" / header) + "\n"]
            for _, _, body in sorted(page.items, key=lambda item: item[0]):
                out += body
            target.write_text("\n".join(out))
        out = ["# Reference\n", "Everything public, by header. `#include <tenantry/tenantry.hpp>` has all but what is "
               "optional.\n"]
        for folder in list(FOLDERS) + sorted(set(by_folder) - set(FOLDERS)):
            if folder not in by_folder:
                continue
            out.append(f"## {FOLDERS.get(folder, folder)}\n")
            for header in by_folder[folder]:
                words = first_words(self.include / "tenantry" / header)
                out.append(f"- [{escape(header)}]({header[:-4]}.md): {words}")
            out.append("")
        (pages / "index.md").write_text("\n".join(out))


def main():
    xml, include, pages = (Path(each) for each in sys.argv[1:4])
    reference = Reference(xml, include)
    reference.read()
    reference.write(pages)
    for each in sorted(set(reference.missing)):
        print(each, file=sys.stderr)
    if reference.missing:
        print(f"reference: {len(set(reference.missing))} public names have no words", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
