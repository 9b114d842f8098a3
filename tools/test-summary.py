#!/usr/bin/python3
"""Counts the subtests in Meson's logs and prints "N passed, N failed, N skipped".

Arguments: log bases, for example build/meson-logs/testlog, of which .junit.xml and .json are read;
one that is absent had no tests. A program that crashed, timed out or ended badly counts as failed even
if each subtest it got to report had passed. Exit status 1 if anything failed or nothing ran.
"""
import collections
import json
import os
import sys
import xml.etree.ElementTree as ElementTree

BAD = {"FAIL", "ERROR", "TIMEOUT", "INTERRUPT", "UNEXPECTEDPASS"}


def outcome(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


def count_base(base, totals):
    failed_programs = set()
    for suite in ElementTree.parse(base + ".junit.xml").getroot().iter("testsuite"):
        for case in suite.iter("testcase"):
            result = outcome(case)
            totals[result] += 1
            if result == "failed":
                # One subtest of a program (suite "project.program") or a whole program.
                failed_programs.add(suite.get("name").partition(".")[2] or case.get("name"))
    with open(base + ".json", encoding="utf-8") as log:
        for line in log:
            test = json.loads(line)
            program = test["name"].rpartition(" / ")[2]
            if test["result"] in BAD and program not in failed_programs:
                totals["failed"] += 1
                print(f"{program}: {test['result'].lower()}")


def main():
    totals = collections.Counter()
    for base in sys.argv[1:]:
        if os.path.exists(base + ".junit.xml"):
            count_base(base, totals)
    print("{passed} passed, {failed} failed, {skipped} skipped".format(
        **{key: totals[key] for key in ("passed", "failed", "skipped")}))
    return 1 if totals["failed"] or not totals["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
