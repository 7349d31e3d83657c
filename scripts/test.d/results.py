#!/usr/bin/env python3
"""What ctest's own report (JUnit) says, for scripts/test.

results.py NAME REPORT LOG TESTS CODE   one run: names what failed and what needed a second try, adds a
                                        line a test to TESTS, and ends with "counts PASSED FAILED SKIPPED"
results.py --table STEPS TESTS          the time of every step, and the slowest tests
results.py --costs TESTS                tests/costs.tsv: which tests are long
"""
import re
import sys
import xml.etree.ElementTree as tree


def cases_of(report):
    """(name, state, seconds) of each test; the last try of it is what the report has."""
    try:
        root = tree.parse(report).getroot()
    except (OSError, tree.ParseError):
        return []
    cases = []
    for case in root.iter("testcase"):
        state = {"run": "passed", "fail": "failed"}.get(case.get("status"), "failed")
        skipped = case.find("skipped")
        if skipped is not None and skipped.get("message", "").startswith("SKIP_"):
            state = "skipped"
        cases.append((case.get("name"), state, float(case.get("time") or 0)))
    return cases


def failures_in(log):
    """Names that failed at least once, by ctest's lines."""
    with open(log, errors="replace") as lines:
        return set(re.findall(r"Test +#\d+: (\S+) [ .]*\*\*\*(?!Skipped)", lines.read()))


def run(name, report, log, tests, code):
    cases = cases_of(report)
    count = {"passed": 0, "failed": 0, "skipped": 0}
    once = failures_in(log)
    with open(tests, "a") as out:
        for test, state, seconds in cases:
            count[state] += 1
            out.write(f"{name}\t{test}\t{state}\t{seconds:.2f}\n")
            if state == "failed":
                print(f"failed: {test}")
            elif state == "skipped":
                print(f"skipped: {test}")
            elif test in once:
                print(f"passed at its second try: {test}")
    if int(code) and not count["failed"]:
        print(f"failed: ctest itself ended with {code}")
        count["failed"] = 1
    print("counts", count["passed"], count["failed"], count["skipped"])


def rows_of(path):
    with open(path) as lines:
        return [line.rstrip("\n").split("\t") for line in lines]


def table(steps, tests):
    print("\n seconds  step")
    for seconds, step in rows_of(steps):
        print(f"{int(seconds):8}  {step[:100]}")
    print("\n seconds  slowest tests")
    slowest = sorted(rows_of(tests), key=lambda row: -float(row[3]))[:20]
    for name, test, state, seconds in slowest:
        print(f"{float(seconds):8.1f}  {test} ({name}{'' if state == 'passed' else ', ' + state})")


def costs(tests):
    print("# seconds of the tests that take over 2; scripts/test --costs writes it. Long ones begin first.")
    rows = {test: float(seconds) for name, test, _, seconds in rows_of(tests) if name == "dev"}
    for test, seconds in sorted(rows.items(), key=lambda row: -row[1]):
        if seconds > 2:
            print(f"{test}\t{seconds:.0f}")


if sys.argv[1] == "--table":
    table(*sys.argv[2:])
elif sys.argv[1] == "--costs":
    costs(sys.argv[2])
else:
    run(*sys.argv[1:])
