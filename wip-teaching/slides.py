#!/usr/bin/env python3
"""slides.py NOTEBOOK [--retype]: gives every cell metadata.slideshow.slide_type, splitting prose that overfills a screen at its paragraphs.

Keeps types that are there already (unless --retype). A hand may change any type afterwards. See slides-notes.txt for what was seen.
"""
import base64, json, math, re, struct, sys

SCREEN = 690.0   # pixels of a slide as nbconvert makes them (960x700)

def paragraphs(text):
    """Blocks between blank lines; display mathematics stays with the block before it."""
    blocks, inside = [], False
    for block in re.split(r"\n\n+", text.strip("\n")):
        if inside: blocks[-1] += "\n\n" + block
        else: blocks.append(block)
        inside ^= block.count("$$") % 2 == 1
    return blocks

def height(block):
    lines = 0.0
    for part in re.split(r"(\$\$.*?\$\$)", block, flags=re.S):
        if part.startswith("$$"): lines += 2.6 * (1 + part.count("\\\\") * 0.8 + (part.count("\n") > 2))
        elif part.strip():
            for line in part.strip().split("\n"):
                shown = re.sub(r"\$[^$]*\$", "xxxxxxxx", re.sub(r"\]\([^)]*\)", "", line))
                lines += 3 if line.startswith("#") else 0 if re.match(r"\|[ -|]*$", line) else math.ceil(len(shown) / 100)
    return 31 * (lines + 0.6)

def cell_height(cell):
    if cell["cell_type"] == "markdown": return sum(map(height, paragraphs("".join(cell["source"]))))
    pixels = 40 + 22 * len(cell["source"])                      # measured in chromium
    for o in cell["outputs"]:
        data = o.get("data", {})
        if "image/png" in data:
            w, h = struct.unpack(">II", base64.b64decode("".join(data["image/png"]))[16:24])
            pixels += 35 + min(800, w) * h / w
        elif "text/html" in data: pixels += 105                 # a Check
        elif o["output_type"] == "stream": pixels += 20 + 22 * "".join(o["text"]).count("\n")
        else: pixels += 30
    return pixels

def has_figure(cell): return any("image/png" in o.get("data", {}) for o in cell.get("outputs", []))

def split(cell):
    if cell["cell_type"] != "markdown": return [cell]
    parts, size = [[]], 0.0
    for block in paragraphs("".join(cell["source"])):
        own = height(block)
        ahead = re.match(r"#{1,3} |\*\*References", block)
        if parts[-1] and (ahead or size + own > SCREEN) and not (len(parts[-1]) == 1 and parts[-1][0].startswith("#")):
            if (parts[-1][-1].endswith(":") or block.startswith("$$")) and len(parts[-1]) > 1 and not ahead:       # a lead-in goes with what it leads to
                parts.append([parts[-1].pop()]); size = height(parts[-1][0])
            else: parts.append([]); size = 0.0
        parts[-1].append(block); size += own
    cells = []
    for k, part in enumerate(parts):
        new = dict(cell, source="\n\n".join(part).splitlines(keepends=True), metadata=dict(cell["metadata"]))
        if k: new["id"] = f"{cell['id']}{'bcdefgh'[k - 1]}"; new["metadata"].pop("slideshow", None)
        cells.append(new)
    return cells

def types(cells):
    used, exercises = 0.0, False
    for i, cell in enumerate(cells):
        text, tags = "".join(cell["source"]), cell["metadata"].get("tags", [])
        h, before = cell_height(cell), cells[i - 1] if i else None
        if i == 0 or text.startswith("## ") or text.startswith("# "): kind = "slide"
        elif "solution" in tags or "parameters" in tags or text.startswith("#r ") or text.startswith("Compute.Seed(seed);") or text.startswith("**References"): kind = "skip"
        elif text.startswith("### ") or text.startswith("**Exercise"): kind = "subslide"
        elif before is not None and has_figure(before) and cell["cell_type"] == "markdown" and used + h <= SCREEN + 40: kind = "fragment"
        elif used + h > SCREEN: kind = "subslide"
        elif cell["cell_type"] == "code" and "Predict first" in "".join(before["source"]): kind = "fragment"
        else: kind = "-"
        kind = cell["metadata"].get("slideshow", {}).get("slide_type", kind)
        if kind in ("slide", "subslide"): used = h
        elif kind != "skip": used += h
        yield kind

def main(path, retype):
    with open(path, encoding="utf-8") as file: notebook = json.load(file)
    if retype:
        for cell in notebook["cells"]: cell["metadata"].pop("slideshow", None)
    cells = [part for cell in notebook["cells"] for part in split(cell)]
    for cell, kind in zip(cells, list(types(cells))): cell["metadata"] = {**cell["metadata"], "slideshow": {"slide_type": kind}}
    notebook["cells"] = cells
    with open(path, "w", encoding="utf-8") as file: file.write(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
    print(path, {k: sum(c["metadata"]["slideshow"]["slide_type"] == k for c in cells) for k in ("slide", "subslide", "fragment", "-", "skip")})

main(sys.argv[1], "--retype" in sys.argv)
