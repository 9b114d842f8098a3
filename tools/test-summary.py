#!/usr/bin/python3
"""Counts the subtests in Meson's logs and prints "N passed, N failed, N skipped".

Arguments: log bases, for example build/meson-logs/testlog, of which .junit.xml and .json are read;
one that is absent had no tests. A program without subtests counts once. One that crashed, timed out or
ended badly counts as failed even if each subtest that it got to report had passed. Exit status 1 if anything failed or nothing ran.
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


def results_of_programs(path):
    with open(path, encoding="utf-8") as log:
        tests = [json.loads(line) for line in log]
    return {test["name"]: test["result"] for test in tests}


def count_base(base, totals):
    programs = results_of_programs(base + ".json")
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
    print("{passed} passed, {failed} failed, {skipped} skipped".format(
        **{key: totals[key] for key in ("passed", "failed", "skipped")}))
    return 1 if totals["failed"] or not totals["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
