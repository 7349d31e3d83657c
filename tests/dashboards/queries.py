#!/usr/bin/env python3
"""Asks the servers what the panels ask, and compares with plain SQL over the same day.

    queries.py --day DAY.sqlite [--influx URL] [--victoria URL] [--answers FILE]

What a panel should show is read from grafana/source/solar.json, what it asks from the dashboard.
--answers writes InfluxDB's answers down, for drawing. Exit code 1 when a number differs, is missing
or is too many, or when a panel has no data.
"""
import argparse
import json
import math
import sqlite3
import sys
import urllib.parse
import urllib.request
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
DAY_MS = 86_400_000
ZONE, ZONE_MS = "Europe/Sofia", 3 * 3_600_000  # in June
SITE, SITES = "cabin", ["cabin", "hill"]  # of make_day.py
NOMINAL = 24
PIXELS = 80  # of one of the 24 columns
#             Grafana's: up to here, becomes this
ROUNDED_MS = [(90_000, 60_000), (210_000, 120_000), (450_000, 300_000), (750_000, 600_000)]

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch(url, **words):
    data = urllib.parse.urlencode(words, doseq=True).encode()
    with opener.open(urllib.request.Request(url, data=data), timeout=60) as answer:
        return json.load(answer)


class View:
    """What Grafana would fill in for one panel."""

    def __init__(self, panel, first_ms):
        self.to = first_ms + DAY_MS
        self.is_days = panel.get("timeFrom") is not None
        self.begin = self.to - (14 if self.is_days else 1) * DAY_MS
        if self.is_days:
            self.step = DAY_MS
            return
        wanted = (self.to - self.begin) / (panel["gridPos"]["w"] * PIXELS)
        self.step = max(60_000, next(ms for limit, ms in ROUNDED_MS if wanted < limit))

    def fill(self, text, units, group, many):
        values = {"${device:regex}": many.format("|".join(units)), "$device": many.format("|".join(units)),
                  "${group:regex}": group, "$group": group, "${site:regex}": SITE, "$site": SITE, "${zone}": ZONE, "$nominal": str(NOMINAL),
                  "$timeFilter": f"time >= {self.begin}ms and time <= {self.to}ms",
                  "$__interval": f"{self.step // 1000}s",
                  "$__range": f"{(self.to - self.begin) // 1000}s"}
        for name, value in values.items():
            text = text.replace(name, value)
        if "$" in text.replace("/$", "").replace("$/", ""):
            raise ValueError(f"a variable is left in: {text}")
        return text


# ---- plain SQL: {device: {time in ms: value}} ----------------------------------------------------

INTO_BUCKETS = {  # where a reading belongs: the beginning of its window, or the end
    "influx": "(at_ms - :shift) / :step * :step + :shift",
    "victoria": "(at_ms - :begin + :step - 1) / :step * :step + :begin"}


def sql(day, show, view, server):
    whose = "driver = 'group'" if show["of"] == "group" else "driver <> 'group'"
    factor = f" * 12 / {NOMINAL}" if show.get("per_block") else ""
    asked = {"metric": show["metric"], "begin": view.begin, "to": view.to, "step": view.step, "shift": 0}
    within = f"FROM day WHERE metric = :metric AND {whose} AND at_ms BETWEEN :begin AND :to"
    pick = show["pick"]
    if pick in ("last", "age"):
        value = "at_ms" if pick == "age" and server == "victoria" else f"value{factor}"
        query = f"SELECT device, max(at_ms), {value} {within} GROUP BY device"
    elif pick == "mean":
        query = f"SELECT device, {INTO_BUCKETS[server]} AS b, avg(value){factor} {within} GROUP BY device, b"
    elif pick == "state":
        query = (f"SELECT device, b, value FROM (SELECT device, {INTO_BUCKETS[server]} AS b, max(at_ms), value"
                 f" {within} GROUP BY device, b)")
    else:
        asked["shift"] = -ZONE_MS
        query = (f"SELECT device, {INTO_BUCKETS['influx']} AS b, sum(max(0, more)) FROM (SELECT device, at_ms,"
                 f" value - lag(value) OVER (PARTITION BY device ORDER BY at_ms) AS more {within})"
                 " WHERE more IS NOT NULL GROUP BY device, b")
    expected = {}
    for device, at, value in day.execute(query, asked):
        expected.setdefault(device, {})[at] = value
    return expected


# ---- what the servers say: the same shape --------------------------------------------------------

def ask_influx(url, target, view, units, group):
    query = view.fill(target["query"], units, group, "({})")
    answer = fetch(url + "/query", db="solar", epoch="ms", q=query)["results"][0]
    if "error" in answer:
        raise ValueError(f"{answer['error']}: {query}")
    return {series["tags"]["device"]: {at: value for at, value in series["values"] if value is not None}
            for series in answer.get("series", [])}


def ask_victoria(url, target, view, units, group):
    expr = view.fill(target["expr"], units, group, "({})")
    if target["instant"]:
        answer = fetch(url + "/api/v1/query", query=expr, time=view.to / 1000, nocache=1)
    else:
        begin = view.begin // view.step * view.step
        if view.is_days:  # Grafana moves the steps to midnight where the reader is
            begin = (view.begin + ZONE_MS) // DAY_MS * DAY_MS - ZONE_MS
        answer = fetch(url + "/api/v1/query_range", query=expr, start=begin / 1000, end=view.to / 1000,
                       step=view.step // 1000, nocache=1)
    said = {}
    for series in answer["data"]["result"]:
        values = series["values"] if "values" in series else [series["value"]]
        name = series["metric"]["device"]
        if name in said:
            raise ValueError(f"two series of {name}: {expr}")
        said[name] = {round(at * 1000): float(value) for at, value in values}
    return said


# ---- comparing ----------------------------------------------------------------------------------

def near(a, b):
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-6)


def differences(expected, said, show, server):
    """The first thing that differs, in words; None: nothing."""
    if not any(expected.values()):
        return "the day has no such values"
    if not any(said.values()):
        return "no data"
    if set(expected) != set(said):
        return f"about {sorted(said)}, not {sorted(expected)}"
    for device, values in expected.items():
        got = said[device]
        if server == "victoria" and show["pick"] in ("last", "age"):
            (values, got) = ({0: next(iter(m.values()))} for m in (values, got))
        if set(values) != set(got):
            at = min(set(values) ^ set(got))
            return f"{device}: at {at} there is {got.get(at)}, not {values.get(at)}; {len(got)} of {len(values)}"
        for at, value in values.items():
            exact = show["pick"] == "age" and server == "victoria"
            if abs(value - got[at]) >= 1 if exact else not near(value, got[at]):
                return f"{device}: at {at} it is {got[at]}, not {value}"
    return None


def check(day, file, server, ask, url, keep):
    """Asks all of a dashboard; how many queries, how many values, what was wrong."""
    dashboard = json.loads((TOP / "grafana" / "dashboards" / file).read_text(encoding="utf-8"))
    source = json.loads((TOP / "grafana" / "source" / "solar.json").read_text(encoding="utf-8"))
    last = day.execute("SELECT max(at_ms) FROM day").fetchone()[0]
    first = (last + 60_000) // 60_000 * 60_000 - DAY_MS
    units = [row[0] for row in day.execute("SELECT DISTINCT device FROM day WHERE driver <> 'group' ORDER BY 1")]
    group = day.execute("SELECT DISTINCT device FROM day WHERE driver = 'group'").fetchone()[0]
    wanted = {panel["id"]: panel for panel in source["panels"]}
    queries, values, wrong = 0, 0, []
    if sorted(wanted) != sorted(panel["id"] for panel in dashboard["panels"]):
        wrong.append(f"{file}: other panels than in the source")
    for panel in dashboard["panels"]:
        view = View(panel, first)
        for show, target in zip(wanted[panel["id"]]["show"], panel["targets"]):
            said = ask(url, target, view, units, group)
            fault = differences(sql(day, show, view, server), said, show, server)
            queries += 1
            values += sum(map(len, said.values()))
            keep.setdefault(panel["id"], {})[target["refId"]] = {
                "series": said, "begin": view.begin, "to": view.to, "step": view.step}
            if fault:
                wrong.append(f"{file}, {panel['title']}, {show['metric']}: {fault}")
    wrong += variables(dashboard, url, server, units, group)
    return queries, values, wrong


def variables(dashboard, url, server, units, group):
    wrong = []
    for row in dashboard["templating"]["list"]:
        if row["type"] != "query":
            continue
        if server == "influx":
            query = row["query"].replace("${site:regex}", SITE)
            answer = fetch(url + "/query", db="solar", q=query)["results"][0]
            said = sorted(value for series in answer.get("series", []) for _, value in series["values"])
        else:
            match, name = row["query"]["query"].replace("$site", SITE)[len("label_values("):-1].rsplit(", ", 1)
            said = sorted(fetch(f"{url}/api/v1/label/{name}/values", **{
                "match[]": match, "start": 1, "end": 4_000_000_000})["data"])  # 0 is "not said" to newer ones
        expected = {"site": SITES, "device": units, "group": [group]}[row["name"]]
        if said != expected:
            wrong.append(f"variable {row['name']} offers {said}, not {expected}")
    return wrong


def main():
    words = argparse.ArgumentParser(usage=__doc__)
    words.add_argument("--day", required=True)
    words.add_argument("--influx")
    words.add_argument("--victoria")
    words.add_argument("--answers")
    words = words.parse_args()
    day = sqlite3.connect(f"file:{words.day}?mode=ro", uri=True)
    servers = [("SolarDashboard.json", "influx", ask_influx, words.influx),
               ("SolarDashboard-promql.json", "victoria", ask_victoria, words.victoria)]
    is_wrong = False
    for file, server, ask, url in servers:
        if not url:
            continue
        answers = {}
        queries, values, wrong = check(day, file, server, ask, url, answers)
        for fault in wrong:
            print(f"wrong: {fault}", file=sys.stderr)
        is_wrong = is_wrong or bool(wrong)
        print(f"{file}: {queries} queries, {values} values compared, {len(wrong)} wrong")
        if words.answers and server == "influx":
            Path(words.answers).write_text(json.dumps(answers), encoding="utf-8")
    return 1 if is_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
