#!/usr/bin/env python3
"""An independent reader of KBART lists, to check the product's own reader.

    python3 reader.py FILE        reads FILE (plain, gzip or ZIP) and prints JSON, one object per line

Each row that belongs to a title is {"line": 2, "cells": {"publication_title": "Brain", ...}}, with the filled cells of
the 25 columns. The last line is {"rows": {"read": 3, "used": 1, "free": 1, "refused": 1}}.

It was written from the rules alone. It shares no code, tables or approach with the Go reader: it keeps the whole file in
memory and splits it with the standard library. It makes few repairs: it removes outer spaces and invisible characters,
and a literal \\r or \\n at a cell's end, resolves quotes, turns line breaks and tabs within a value into one space, and
normalizes to form C.
"""
import gzip, io, itertools, json, re, sys, unicodedata, zipfile

COLUMNS = """publication_title print_identifier online_identifier date_first_issue_online num_first_vol_online
num_first_issue_online date_last_issue_online num_last_vol_online num_last_issue_online title_url first_author title_id
embargo_info coverage_depth notes publisher_name publication_type date_monograph_published_print
date_monograph_published_online monograph_volume monograph_edition first_editor parent_publication_title_id
preceding_publication_title_id access_type""".split()
ALIASES = {"coverage_notes": "notes", "coverage_note": "notes", "parent_publication_id": "parent_publication_title_id",
           "preceeding_publication_title_id": "preceding_publication_title_id"}
NOTHING = {"null", "none", "nil", "n/a", "n.a", "unknown", "undefined", "#n/a", "#name?", "#ref!", "#value!"}


BLANKS = "\x1a" + "".join(c for c in map(chr, range(0x10000)) if c.isspace() or unicodedata.category(c) == "Cf")


def off(text):
    """Removes spaces and invisible characters from both ends."""
    return text.strip(BLANKS)


def value(cell):
    if cell == "" or cell.isalnum() and cell.isascii():
        return cell
    cell = off(cell)
    while cell.endswith(("\\r", "\\n")):
        cell = off(cell[:-2])
    if len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in cell[1:-1].replace('""', ""):
        cell = value(cell[1:-1].replace('""', '\0')).replace('\0', '"')
    return unicodedata.normalize("NFC", re.sub(r"\s*[\r\n\t]+\s*", " ", cell))


def written(cell):
    """A column name of the header, folded."""
    cell = "".join(c for c in value(cell) if unicodedata.category(c) != "Cf").lower()
    return re.sub(r"[\s_-]+", "_", cell).strip("_")


def name(cell):
    return ALIASES.get(written(cell), written(cell))


def number(cell):
    """The ISSN or ISBN in a cell, or an empty string. Placeholders do not count."""
    digits = re.sub(r"[\s\u2010-\u2013-]", "", re.sub(r"\.0$", "", cell)).upper()
    if not re.fullmatch(r"\d{7}[\dX]|\d{9}[\dX]|97[89]\d{9}[\dX]", digits) or len(digits) == 8 and not re.fullmatch(r"\d{4}\D?.{4}(\.0)?", cell):
        return ""
    body = digits[3:-1] if len(digits) == 13 else digits[:-1]
    steps = {(int(b) - int(a)) % 10 for a, b in zip(body, body[1:])}
    return "" if steps in ({0}, {1}, {9}) else digits


def identifies(row):
    title_id = row.get("title_id", "")
    said = re.sub(r"^[\W_]+|[\W_]+$", "", title_id.lower())
    empty = not re.search(r"\w", title_id) or title_id.lower() in NOTHING or said in NOTHING or title_id in ("NA", "NaN") or not title_id.strip("0.")
    return not empty or number(row.get("print_identifier", "")) != "" or number(row.get("online_identifier", "")) != ""


BELONGS = {"print_identifier": number, "online_identifier": number, "title_url": lambda v: re.match("https?://", v),
           "publication_type": lambda v: v.lower() in ("serial", "monograph"), "access_type": lambda v: v in ("F", "P"),
           "coverage_depth": lambda v: v.lower() in ("fulltext", "abstracts", "selected articles"),
           **{c: lambda v: re.fullmatch(r"\d{4}(-\d\d){0,2}|\d{8}", v) for c in COLUMNS if c.startswith("date_")}}
KINDS = {c: BELONGS[c] for c in ("print_identifier", "title_url", "publication_type", "access_type", "coverage_depth")}


def weight(row, beyond):
    """The number of values in their own columns, and of values that belong to another column."""
    right = sum(1 for c, v in row.items() if c in BELONGS and BELONGS[c](v))
    wrong = len([v for v in beyond if v])
    for c, v in row.items():
        if c in ("publication_title", "title_id", "notes") or c.startswith(("parent", "preceding")) or c in BELONGS and BELONGS[c](v):
            continue
        wrong += any(fits(v) for kind, fits in KINDS.items() if c in BELONGS or kind != "access_type")
    return right, wrong


class List:
    def __init__(self, data):
        self.counts = dict.fromkeys(("read", "used", "free", "refused"), 0)
        self.lines = self.split(self.decode(data))
        for self.at, (_, line) in enumerate(self.lines):
            for self.delimiter in "\t;,":
                self.take_names(line.split(self.delimiter))
                if "publication_title" in self.names and {"title_id", "print_identifier", "online_identifier"} & set(self.names):
                    return
        sys.exit("no header")

    def take_names(self, cells):
        self.names = [name(c) for c in cells]
        self.aliased = [written(c) in ALIASES for c in cells]

    @staticmethod
    def decode(data):
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16")
        if data[1:400:2].count(0) > 150 or data[0:400:2].count(0) > 150:
            return data.decode("utf-16-le" if data[1] == 0 else "utf-16-be")
        western = lambda b: "".join(chr(c) if c in (0x81, 0x8d, 0x8f, 0x90, 0x9d) else bytes([c]).decode("cp1252") for c in b)
        texts, bad, good = [], 0, 0
        for line in re.split(rb"(?<=[\r\n])", data):
            try:
                texts.append(line.decode())
                good += not line.isascii()
            except UnicodeDecodeError:
                texts.append(line)
                bad += 1
        stray = lambda b: re.sub("[\udc80-\udcff]", lambda m: western(bytes([ord(m[0]) - 0xdc00])), b.decode("utf-8", "surrogateescape"))
        return "".join(t if isinstance(t, str) else western(t) if bad > good else stray(t) for t in texts)

    @staticmethod
    def split(text):
        text = text.removeprefix("\ufeff")
        crlf = text.count("\r\n")
        cr = text.count("\r") - crlf > text.count("\n")
        lines = text.replace("\r\n", "\r").split("\r") if cr else text.split("\n")
        return [(i + 1, line.removeprefix("\n") if cr else line.removesuffix("\r")) for i, line in enumerate(lines)]

    def row(self, cells):
        """The filled cells by column. If a column occurs twice, the first filled cell counts, and its own name before an alias."""
        row = {}
        for aliased in (False, True):
            for n, alias, cell in zip(self.names, self.aliased, cells):
                if alias == aliased and n in COLUMNS and value(cell):
                    row.setdefault(n, value(cell))
        return row, [value(c) for c in cells[len(self.names):]]

    def readings(self, pieces):
        """All ways to read the pieces of a line, with the pieces of quoted cells joined or not."""
        if not pieces:
            yield []
            return
        for rest in itertools.islice(self.readings(pieces[1:]), 16):
            yield [pieces[0]] + rest
        if pieces[0].lstrip().startswith('"'):
            for n in range(2, len(pieces) + 1):
                joined = self.delimiter.join(pieces[:n])
                if re.fullmatch(r'\s*"(?:[^"]|"")*"\s*', joined):
                    yield from ([joined] + rest for rest in itertools.islice(self.readings(pieces[n:]), 16))
                    return

    def best(self, line):
        """The most plausible reading of a line, and whether it is certain."""
        ways = list(self.readings(line.split(self.delimiter))) if '"' in line else []
        if len(ways) < 2:
            return line.split(self.delimiter), True
        ranked = sorted(ways, key=lambda way: (lambda w: w[1] * 2 - w[0])(weight(*self.row(way))))
        right, wrong = weight(*self.row(ranked[0]))
        return ranked[0], wrong == 0

    def is_row(self, line):
        row, beyond = self.row(line.split(self.delimiter))
        return "publication_title" in row and identifies(row) and weight(row, beyond)[1] == 0

    def rows(self):
        self.at += 1
        width = [line.count(self.delimiter) for _, line in self.lines[self.at:] if line.strip()]
        self.usual = max(set(width), key=width.count) + 1 if width else 0
        while self.at < len(self.lines):
            number_, line = self.lines[self.at]
            self.at += 1
            parts = re.split("[\r\n]", line)
            whole = [p for p in parts if p.strip()]
            if len(whole) > 1 and all(p.count(self.delimiter) + 1 == len(self.names) for p in whole) and line.count(self.delimiter) + 1 != len(self.names):
                self.lines[self.at:self.at] = [(number_, p) for p in parts]
                continue
            yield from self.one(number_, line)

    def one(self, number_, line):
        cells, certain = self.best(line)
        if not self.row(cells)[0] and not any(self.row(cells)[1]):
            return
        short = len(cells) < len(self.names)
        last = line.split(self.delimiter)[-1].lstrip()
        if short and last.startswith('"') and last.count('"') % 2:
            for n in range(1, 100):  # a cell may span the next lines if none of them is a row by itself
                if self.at + n > len(self.lines) or self.is_row(self.lines[self.at + n - 1][1]) and len(cells) > 1:
                    break
                joined, sure = self.best("\n".join([line] + [t for _, t in self.lines[self.at:self.at + n]]))
                if sure and not any("\n" in off(c) and off(c)[0] != '"' for c in joined) and self.row(joined)[0].keys() > self.row(cells)[0].keys():
                    cells, self.at = joined, self.at + n
                    break
        self.counts["read"] += 1
        fate, row = self.fate(cells, certain)
        self.counts[fate] += 1
        if fate == "used":
            yield {"line": number_, "cells": row}

    def fate(self, cells, certain):
        row, beyond = self.row(cells)
        if sum(name(c) in COLUMNS for c in cells) * 2 > len([c for c in cells if value(c)]) and "publication_title" in map(name, cells):
            if set(map(name, cells)) & {"title_id", "print_identifier", "online_identifier"}:
                self.take_names(cells)
            return "refused", row
        misfit = len(cells) != len(self.names) and (weight(row, beyond)[1] > 0 and len(cells) != self.usual or not identifies(row))
        if not certain or misfit or "publication_title" not in row or not identifies(row):
            return "refused", row
        return ("free" if row.get("access_type", "").upper() == "F" else "used"), row


def lists(data):
    if data[:2] == b"\x1f\x8b":
        yield from lists(gzip.decompress(data))
    elif data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield from lists(archive.read(member))
    else:
        yield data


def main(path):
    total = dict.fromkeys(("read", "used", "free", "refused"), 0)
    with open(path, "rb") as file:
        for data in lists(file.read()):
            one = List(data)
            for row in one.rows():
                print(json.dumps(row, ensure_ascii=False))
            for fate, n in one.counts.items():
                total[fate] += n
    print(json.dumps({"rows": total}))


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    main(sys.argv[1])
