"""What docs/hosting/python.md shows is so: its programs are run and print what stands below."""

import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from . import COMPONENT, REPOSITORY

GUIDE = REPOSITORY / "docs/hosting/python.md"


class Guide(unittest.TestCase):
    def test_every_program_prints_what_stands_below(self) -> None:
        page = GUIDE.read_text(encoding="utf-8")
        programs = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", page, re.DOTALL)
        self.assertEqual(len(programs), page.count("```python"), "each is followed by its output")
        self.assertEqual(len(programs), 2)
        for number, (program, printed) in enumerate(programs):
            with self.subTest(number), tempfile.TemporaryDirectory() as folder:
                shutil.copy(COMPONENT, Path(folder) / "despertador.wasm")
                (Path(folder) / "program.py").write_text(program, encoding="utf-8")
                ran = subprocess.run(
                    [sys.executable, "-X", "utf8", "program.py"], cwd=folder, check=False,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                )
                self.assertEqual(ran.stdout, printed)
                self.assertEqual(ran.returncode, 0)


if __name__ == "__main__":
    unittest.main()
