#!/usr/bin/python3
"""tools/test-summary.py on logs as Meson writes them, with each way to fail."""
import json
import pathlib
import subprocess
import sys
import tempfile

SUMMARY = pathlib.Path(__file__).resolve().parent.parent / "tools" / "test-summary.py"

MIXED_XML = """<testsuites>
  <testsuite name="lambdascope.lambdascope:unit / good"><testcase name="1"/><testcase name="2"/>
    <testcase name="3"><skipped/></testcase></testsuite>
  <testsuite name="lambdascope.lambdascope:unit / bad"><testcase name="1"/>
    <testcase name="2"><failure/></testcase></testsuite>
  <testsuite name="lambdascope.lambdascope:unit / crash"><testcase name="1"/></testsuite>
  <testsuite name="lambdascope"><testcase name="lambdascope:unit / plain"/>
    <testcase name="lambdascope:unit / absent"><skipped/></testcase>
    <testcase name="lambdascope:unit / slow"/></testsuite>
</testsuites>"""  # Meson 1.0 does not mark a program that ran out of time
MIXED = {"good": "OK", "bad": "FAIL", "crash": "ERROR", "plain": "OK", "absent": "SKIP", "slow": "TIMEOUT"}
CLEAN_XML = """<testsuites>
  <testsuite name="lambdascope.lambdascope:unit / good"><testcase name="1"/></testsuite>
</testsuites>"""


def run(folder, *bases):
    done = subprocess.run([SUMMARY, *(folder / base for base in bases)], capture_output=True, text=True,
                          check=False)
    return done.stdout, done.returncode


def write(folder, base, xml, results, stdout=""):
    (folder / f"{base}.junit.xml").write_text(xml, encoding="utf-8")
    lines = (json.dumps({"name": f"lambdascope:unit / {name}", "result": result, "stdout": stdout}) + "\n"
             for name, result in results.items())
    (folder / f"{base}.json").write_text("".join(lines), encoding="utf-8")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write(folder, "mixed", MIXED_XML, MIXED)
        write(folder, "clean", CLEAN_XML, {"good": "OK"})
        # The crash adds one failure to its passed subtest; the failed programs are not counted twice.
        cases = [(("mixed",), ("5 passed, 3 failed, 2 skipped", 1)),
                 (("clean",), ("1 passed, 0 failed, 0 skipped", 0)),
                 (("clean", "absent"), ("1 passed, 0 failed, 0 skipped", 0)),
                 (("mixed", "clean"), ("6 passed, 3 failed, 2 skipped", 1)),
                 (("absent",), ("0 passed, 0 failed, 0 skipped", 1))]
        for bases, expected in cases:
            said, status = run(folder, *bases)
            got = said.splitlines()[-1], status
            if got != expected:
                print(f"{bases}: expected {expected}, got {got}")
                return 1
        write(folder, "screens", CLEAN_XML, {"good": "OK"}, "ok 1\n# 7 user actions checked\n")
        if "7 user actions checked" not in run(folder, "screens")[0] or "actions" in run(folder, "clean")[0]:
            print("user actions are not counted")
            return 1
    print(f"{len(cases)} logs counted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
