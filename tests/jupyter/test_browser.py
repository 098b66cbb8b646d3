"""A chapter in the classic Jupyter Notebook, in a real browser: Run All, look, save, turn a knob, interrupt, restart. And every interactive figure
of the chapters, drawn by plotly.js on pages from 360 px on.

Screenshots go to the folder named by SCREENSHOTS, or nowhere.
"""

import io
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import kernels
from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

CHAPTER = "03-noise-schedules.ipynb"
TRAINING = """var net = new Mlp(2);
foreach (TrainingStep step in new Trainer(net, NoiseSchedule.Cosine(50), torch.randn(1000, 2), new TrainingOptions { Steps = 100_000 }).Run()) { }"""
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--window-size=1200,1400"]


def browse(folder):
    options = Options()
    options.binary_location = shutil.which("chromium")
    for flag in [*FLAGS, f"--user-data-dir={folder / 'browser'}"]:
        options.add_argument(flag)
    return webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)


class Notebook(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="workbook-"))
        shutil.copytree(kernels.ROOT / "notebooks", cls.folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
        for name in ("lib", "data"):
            (cls.folder / name).symlink_to(kernels.ROOT / name)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        cls.server = subprocess.Popen(
            ["/usr/bin/python3", "-m", "notebook", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", f"--notebook-dir={cls.folder}"],
            stderr=subprocess.PIPE, text=True)
        for line in cls.server.stderr:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/\?token=(\w+)", line):
                break
        cls.drain = subprocess.Popen(["cat"], stdin=cls.server.stderr, stdout=subprocess.DEVNULL)
        cls.browser = browse(cls.folder)
        cls.browser.get(f"http://127.0.0.1:{found[1]}/notebooks/notebooks/{CHAPTER}?token={found[2]}")
        cls.wait("a kernel", "return window.Jupyter?.notebook?.kernel?.is_connected() && Jupyter.notebook._fully_loaded", 60)

    @classmethod
    def tearDownClass(cls):
        cls.js("Jupyter.notebook.session.delete()")
        cls.browser.quit()
        cls.server.terminate()
        cls.server.wait(20)
        cls.drain.wait(20)
        shutil.rmtree(cls.folder, ignore_errors=True)

    @classmethod
    def js(cls, code, *arguments):
        return cls.browser.execute_script(code, *arguments)

    @classmethod
    def wait(cls, what, condition, seconds):
        end = time.monotonic() + seconds
        while not cls.js(condition):
            if time.monotonic() > end:
                raise TimeoutError(f"{what} did not come within {seconds} s")
            time.sleep(0.2)

    def click(self, *names):
        """A menu and an item of it, or a button, by id."""
        for name in names:
            self.browser.find_element(By.CSS_SELECTOR, name).click()

    def run_all(self):
        self.js("Jupyter.notebook.clear_all_output()")
        self.click("#celllink", "#run_all_cells a")
        self.wait("the end", "return Jupyter.notebook.get_cells().filter(c => c.cell_type == 'code' && c.get_text().trim())"
                             ".every(c => Number.isInteger(c.input_prompt_number))", 180)
        self.wait("idle", "return !Jupyter.notebook.kernel_busy && document.querySelector('#kernel_indicator_icon').classList.contains('kernel_idle_icon')", 20)

    def outputs(self):
        return self.js("return Jupyter.notebook.get_cells().filter(c => c.cell_type == 'code').map(c => JSON.stringify(c.output_area.outputs))")

    def shot(self, name):
        if folder := os.environ.get("SCREENSHOTS"):
            self.browser.save_screenshot(str(Path(folder) / f"{name}.png"))

    def test_1_run_all_shows_every_figure(self):
        self.assertEqual(self.js("return Jupyter.notebook.kernel.name"), kernels.NAME)
        self.run_all()
        outputs = self.outputs()
        self.assertFalse([text for text in outputs if '"output_type":"error"' in text])
        pictures = self.browser.find_elements(By.CSS_SELECTOR, ".output_area img")
        self.assertGreaterEqual(len(pictures), 5)
        for number, picture in enumerate(pictures):
            self.js("arguments[0].scrollIntoView({block: 'center'})", picture)
            self.assertTrue(self.js("return arguments[0].complete && arguments[0].naturalWidth > 0", picture))
            image = Image.open(io.BytesIO(picture.screenshot_as_png)).convert("L")
            low, high = image.getextrema()
            self.assertGreater(high - low, 60, f"picture {number} is blank")
            self.shot(f"picture-{number}")
        self.assertGreater(len(self.browser.find_elements(By.CSS_SELECTOR, ".text_cell_render .MathJax, .text_cell_render .MathJax_Preview, .text_cell_render mjx-container")), 0)

    def test_1b_saved_it_is_the_committed_file(self):
        """What the clients write is what is committed: whoever runs a chapter and saves it on a processor of the kind that ran it last leaves git
        clean. (This chapter says no times.)"""
        self.js("Jupyter.notebook.save_checkpoint()")
        self.wait("the save", "return !Jupyter.notebook.dirty", 20)
        saved, committed = ((root / "notebooks" / CHAPTER).read_text() for root in (self.folder, kernels.ROOT))
        saved = kernels.as_committed(saved, committed)
        for was, now in zip(json.loads(committed)["cells"], json.loads(saved)["cells"], strict=True):
            self.assertEqual(now, was)
        self.assertEqual(saved, committed)

    def test_2_a_knob_changes_the_outputs(self):
        before = self.outputs()
        changed = self.js("""const cell = Jupyter.notebook.get_cells().find(c => (c.metadata.tags || []).includes('parameters'));
            const text = cell.get_text(); cell.set_text(text.replace(/(int digit *= *)\\d+/, '$18')); return [text, cell.get_text()]""")
        self.assertNotEqual(*changed)
        self.run_all()
        self.assertNotEqual(before, self.outputs())

    def test_3_a_training_is_interrupted(self):
        cell = self.js("const n = Jupyter.notebook; n.insert_cell_at_bottom('code'); n.select(n.ncells() - 1); n.get_selected_cell().set_text(arguments[0]); n.execute_selected_cells(); return n.ncells() - 1", TRAINING)
        time.sleep(3)
        self.assertTrue(self.js("return document.querySelector('#kernel_indicator_icon').classList.contains('kernel_busy_icon')"))
        self.click("button[data-jupyter-action='jupyter-notebook:interrupt-kernel']")
        self.wait("the interruption", f"return JSON.stringify(Jupyter.notebook.get_cell({cell}).output_area.outputs).includes('Interrupted')", 10)
        self.js("Jupyter.notebook.scroll_to_bottom()")
        self.shot("interrupted")

    def test_4_restart_forgets(self):
        self.click("button[data-jupyter-action='jupyter-notebook:confirm-restart-kernel']")
        self.wait("the question", "return document.querySelector('.modal.in .btn-danger') !== null", 10)
        self.click(".modal.in .btn-danger")
        self.wait("the restart", "return document.querySelector('.modal.in') === null && Jupyter.notebook.kernel.is_connected()", 30)
        cell = self.js("const n = Jupyter.notebook; n.insert_cell_at_bottom('code'); n.select(n.ncells() - 1); n.get_selected_cell().set_text('net'); n.execute_selected_cells(); return n.ncells() - 1")
        self.wait("the error", f"return JSON.stringify(Jupyter.notebook.get_cell({cell}).output_area.outputs).includes('CS0103')", 30)


class Figures(unittest.TestCase):
    """Nothing of an interactive figure is cut off or stands on something else, on a page of 360 px, of 720 and of 1100."""

    PLACES = """const box = p.getBoundingClientRect(), rects = (query, ok) => [...p.querySelectorAll(query)].filter(ok || (() => true)).map(e => e.getBoundingClientRect())
        .filter(r => r.width > 0 && r.height > 0).map(r => [r.left - box.left, r.top - box.top, r.right - box.left, r.bottom - box.top]);
        const headings = new Set(p._fullLayout.annotations.map((a, i) => a.yref === 'paper' ? i : -1));
        return {size: [box.width, box.height], words: rects('.annotation', e => headings.has(+e.dataset.index)).concat(rects('.xtitle, .x2title, .ytitle, .y2title, .legend, .slider-container, .cbtitle')),
                ticks: rects('.xtick text, .ytick text, .x2tick text, .y2tick text, .cbaxis text'), plots: rects('.nsewdrag')}"""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="figures-"))
        library = (kernels.ROOT / "lib" / "bin" / "charts" / "Plotly.NET.dll").read_bytes()  # which carries the plotly.js that it writes for
        begin = library.index(b"/**\n* plotly.js v")
        (cls.folder / "plotly.js").write_bytes(library[begin:begin + int.from_bytes(library[begin - 4:begin], "little")])
        cls.browser = browse(cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.browser.quit()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def places(self, figure, width):
        page = self.folder / "page.html"
        page.write_text(f"""<!doctype html><meta charset="utf-8"><body style="margin:0"><div id="p" style="width:{width}px"></div><script src="plotly.js"></script>
            <script>const f = {json.dumps(figure)}; Plotly.newPlot('p', f.data, f.layout).then(() => document.title = 'drawn')</script>""")
        self.browser.get(page.as_uri())
        for _ in range(100):
            if self.browser.title == "drawn":
                return self.browser.execute_script(self.PLACES)
            time.sleep(0.1)
        self.fail("plotly.js drew nothing")

    def test_every_interactive_figure_fits_its_page(self):
        figures = [(chapter.stem, output["data"]["application/vnd.plotly.v1+json"]) for chapter in sorted((kernels.ROOT / "notebooks").glob("*.ipynb"))
                   for cell in json.loads(chapter.read_text())["cells"] for output in cell.get("outputs", [])
                   if "application/vnd.plotly.v1+json" in output.get("data", {})]
        self.assertGreaterEqual(len(figures), 9)
        for number, (chapter, figure) in enumerate(figures):
            for width in (360, 720, 1100):
                with self.subTest(f"{chapter}, figure {number}, {width} px"):
                    found = self.places(figure, width)
                    self.assertEqual(found["size"][0], width)
                    self.assertTrue(found["plots"] and found["words"])
                    for left, top, right, bottom in found["words"] + found["plots"] + found["ticks"]:
                        self.assertTrue(left > -1 and top > -1 and right < width + 1 and bottom < found["size"][1] + 1, (left, top, right, bottom, found["size"]))
                    for i, one in enumerate(found["words"]):
                        for other in found["words"][:i] + found["plots"]:
                            self.assertFalse(overlap(one, other), (one, other))


def overlap(a, b):
    """Whether two rectangles share more than the px or two that a letter's box is larger than the letter."""
    return min(a[2], b[2]) - max(a[0], b[0]) > 3 and min(a[3], b[3]) - max(a[1], b[1]) > 3


if __name__ == "__main__":
    unittest.main(verbosity=2)
