"""Kernels of this repository for the tests beside: installed into a folder of their own, found by Jupyter's clients under their usual name."""

import base64
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORKBOOK = ROOT / "lib" / "bin" / "workbook.dll"
DATA = tempfile.TemporaryDirectory(prefix="jupyter-")
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it, and so would its kernels
os.environ["JUPYTER_DATA_DIR"] = DATA.name  # before jupyter_client is imported

subprocess.run(["dotnet", WORKBOOK, "kernel", "install"], check=True, stdout=subprocess.DEVNULL)

from jupyter_client.manager import start_new_kernel  # noqa: E402
from PIL import Image, ImageChops  # noqa: E402

os.chdir(ROOT / "notebooks")  # where a front end starts a chapter's kernel
NAME = ".net-csharp"
OFFICIAL = "dotnet-interactive-csharp"
SETUP = "".join(json.loads((ROOT / "notebooks" / "00-start-here.ipynb").read_text())["cells"][1]["source"])


def install_official():
    """Microsoft's tool beside ours, as the README has it."""
    os.environ["DOTNET_INTERACTIVE_CLI_TELEMETRY_OPTOUT"] = "1"
    subprocess.run(["dotnet", WORKBOOK, "kernel", "install", "--official"], check=True, stdout=subprocess.DEVNULL)


def same_picture(one, other):
    """Whether two PNG files in base64 differ only as clouds of points do whose last bits another processor rounded otherwise: by steps of anti-aliasing
    (32 of 255 at most, in at most one pixel of a hundred). A line drawn one pixel further differs by whole colours."""
    one, other = (Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB") for png in (one, other))
    if one.size != other.size:
        return False
    steps = [max(pixel) for pixel in ImageChops.difference(one, other).getdata()]
    return max(steps) <= 32 and sum(step > 0 for step in steps) <= len(steps) / 100


def as_committed(saved, committed):
    """The text of a saved notebook, its pictures put back to the committed ones where they are the same picture."""
    for was, now in zip(json.loads(committed)["cells"], json.loads(saved)["cells"]):
        for old, new in zip(was.get("outputs", []), now.get("outputs", [])):
            old, new = (output.get("data", {}).get("image/png") for output in (old, new))
            if old and new and old != new and same_picture(old, new):
                saved = saved.replace(json.dumps(new), json.dumps(old))
    return saved


class Kernel:
    """A running kernel and its client."""

    def __init__(self, **options):
        self.manager, self.client = start_new_kernel(kernel_name=NAME, cwd=str(ROOT / "notebooks"), startup_timeout=60, **options)
        self.pid = self.manager.provisioner.pid

    def run(self, code, timeout=60, **options):
        """Executes a cell: the content of the reply, and the outputs as (type, content) without status and input."""
        outputs = []
        self.messages = []

        def heard(message):
            self.messages.append(message)
            if message["msg_type"] not in ("status", "execute_input"):
                outputs.append((message["msg_type"], message["content"]))

        reply = self.client.execute_interactive(code, output_hook=heard, timeout=timeout, allow_stdin=options.pop("allow_stdin", False), **options)
        return reply["content"], outputs

    def text(self, code, stream="stdout", **options):
        """What a cell writes to the console."""
        return "".join(content["text"] for kind, content in self.run(code, **options)[1] if kind == "stream" and content["name"] == stream)

    def value(self, code, **options):
        """The plain text of a cell's value."""
        return next(content["data"]["text/plain"] for kind, content in self.run(code, **options)[1] if kind == "execute_result")

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=False)


if sys.platform == "win32":
    raise SystemExit("These tests need a Unix.")
