"""Every chapter there is through nbconvert, which finds the kernel by the name in the notebook."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import kernels


class Chapters(unittest.TestCase):
    pass


def executes(chapter):
    def test(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, "-m", "nbconvert", "--execute", "--to", "notebook", "--ExecutePreprocessor.timeout=600",
                            "--output-dir", folder, "--log-level", "ERROR", chapter], check=True)
            before, after = (json.loads(path.read_text()) for path in (chapter, Path(folder) / chapter.name))
        for old, new in zip(before["cells"], after["cells"], strict=True):
            if old["cell_type"] != "code" or "timing" in old["metadata"].get("tags", []):
                continue
            self.assertEqual([kinds(output) for output in old["outputs"]], [kinds(output) for output in new["outputs"]], "".join(old["source"]))
            self.assertEqual([text(output) for output in old["outputs"]], [text(output) for output in new["outputs"]], "".join(old["source"]))

    return test


def kinds(output):
    return output["output_type"], sorted(output.get("data", {}))


def text(output):
    return "".join(output.get("text", output.get("data", {}).get("text/plain", "")))


for chapter in sorted((kernels.ROOT / "notebooks").glob("*.ipynb")):
    setattr(Chapters, f"test_{chapter.stem}", executes(chapter))

if __name__ == "__main__":
    unittest.main(verbosity=2)
