"""The dev containers: their settings name only what there is, and their setup script runs here."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"name", "image", "hostRequirements", "runArgs", "containerEnv", "postCreateCommand", "waitFor", "postAttachCommand", "customizations"}


class DevContainers(unittest.TestCase):
    def test_settings_name_what_there_is(self):
        recommended = json.loads((ROOT / ".vscode" / "extensions.json").read_text())["recommendations"]
        for torch, folder in (("cpu", "."), ("cuda", "cuda")):
            with self.subTest(torch):
                settings = json.loads((ROOT / ".devcontainer" / folder / "devcontainer.json").read_text())
                self.assertLessEqual(set(settings), KEYS)  # the names of the specification that are used; it refuses others
                self.assertEqual(settings["containerEnv"]["WORKBOOK_TORCH"], torch)
                self.assertTrue(os.access(ROOT / settings["postCreateCommand"], os.X_OK))
                self.assertEqual(settings["customizations"]["vscode"]["extensions"], recommended)
                for file in settings["customizations"]["codespaces"]["openFiles"]:
                    self.assertTrue((ROOT / file).is_file())
                    self.assertIn(file, settings["postAttachCommand"])

    def test_setup_installs_a_kernel_of_this_folder(self):
        with tempfile.TemporaryDirectory() as data:
            subprocess.run([ROOT / ".devcontainer" / "setup.sh"], check=True, stdout=subprocess.DEVNULL, env=os.environ | {"JUPYTER_DATA_DIR": data})
            spec = json.loads((Path(data) / "kernels" / ".net-csharp" / "kernel.json").read_text())
            self.assertIn(str(ROOT / "lib" / "bin" / "workbook.dll"), spec["argv"])
            official = json.loads((Path(data) / "kernels" / "dotnet-interactive-csharp" / "kernel.json").read_text())
            self.assertNotEqual(spec["display_name"], official["display_name"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
