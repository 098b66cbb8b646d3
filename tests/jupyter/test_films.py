"""The films that the chapters have just written into data/ are the committed ones: the same frames, but for what another processor rounds otherwise."""
import io
import subprocess
import unittest

from PIL import Image, ImageChops, ImageSequence, ImageStat
from kernels import ROOT

FILMS = sorted((ROOT / "data").glob("*.gif"))


def frames(film):
    return [frame.convert("RGB") for frame in ImageSequence.Iterator(Image.open(film))]


def apart(one, other):
    """The largest difference of two films, in grey levels of 255: frame by frame and colour by colour the mean over the pixels."""
    return max(max(ImageStat.Stat(ImageChops.difference(a, b)).mean) for a, b in zip(one, other, strict=True))


class Films(unittest.TestCase):
    def test_films_are_the_committed_ones(self):
        for film in FILMS:
            committed = subprocess.run(["git", "show", f"HEAD:data/{film.name}"], cwd=ROOT, check=True, capture_output=True).stdout
            with self.subTest(film.name):
                self.assertLess(apart(frames(film), frames(io.BytesIO(committed))), 0.5)

    def test_frames_in_another_order_are_another_film(self):
        for film in FILMS:
            with self.subTest(film.name):
                self.assertGreater(apart(frames(film), frames(film)[::-1]), 2)


if __name__ == "__main__":
    unittest.main()
