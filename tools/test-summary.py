#!/usr/bin/python3
"""Counts the subtests in Meson's logs and prints "N passed, N failed, N skipped"; before that, how many user actions
the UI tests checked, where there were any.

Arguments: log bases, for example build/meson-logs/testlog, of which .junit.xml and .json are read;
one that is absent had no tests. A program without subtests counts once. One that crashed, timed out or
ended badly counts as failed even if each subtest that it got to report had passed. Exit status 1 if anything failed or nothing ran.
"""
import collections
import json
import os
import re
import sys
import xml.etree.ElementTree as ElementTree

ACTIONS = re.compile(r"^# ([0-9]+) user actions checked$", re.MULTILINE)  # tests/app/frame.py
BAD = {"FAIL", "ERROR", "TIMEOUT", "INTERRUPT", "UNEXPECTEDPASS"}


def outcome(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


def read_log(path):
    with open(path, encoding="utf-8") as log:
        return [json.loads(line) for line in log]


def count_base(base, totals):
    tests = read_log(base + ".json")
    programs = {test["name"]: test["result"] for test in tests}
    totals["actions"] += sum(int(n) for test in tests for n in ACTIONS.findall(test.get("stdout", "")))
    with_subtests, with_failures = set(), set()
    for suite in ElementTree.parse(base + ".junit.xml").getroot().iter("testsuite"):
        program = suite.get("name").partition(".")[2]  # "project.program" if there are subtests
        if program not in programs:
            continue
        with_subtests.add(program)
        for case in suite.iter("testcase"):
            totals[outcome(case)] += 1
            if outcome(case) == "failed":
                with_failures.add(program)
    for program, result in programs.items():
        if result in BAD and program not in with_failures:
            totals["failed"] += 1
            print(f"{program}: {result.lower()}")
        elif result not in BAD and program not in with_subtests:
            totals["skipped" if result == "SKIP" else "passed"] += 1


def main():
    totals = collections.Counter()
    for base in sys.argv[1:]:
        if os.path.exists(base + ".junit.xml"):
            count_base(base, totals)
    if totals["actions"]:
        print(totals["actions"], "user actions checked")
    print("{passed} passed, {failed} failed, {skipped} skipped".format(
        **{key: totals[key] for key in ("passed", "failed", "skipped")}))
    return 1 if totals["failed"] or not totals["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
