"""Judges discovery as Home Assistant would (rules: _ha_rules.tsv). Reads lines "TOPIC<tab>PAYLOAD".

  _ha_rules.py judge RETAINED [STATES]   every entity; with STATES also what its template makes of them
  _ha_rules.py there HEARD IDS [BUT]     all of these entities are there, available and with a state
                                         (those of the device BUT may still be without)
  _ha_rules.py broken RETAINED           20 payloads made wrong, each refused for its own reason
  _ha_rules.py energy RETAINED           what the energy dashboard can take: panels, battery, grid, load
  _ha_rules.py knobs RETAINED STATES ID  an order for each platform of that device: TOPIC<tab>PAYLOAD
  _ha_rules.py ids RETAINED              unique ids, one a line
"""
import copy
import functools
import json
import re
import sys
from pathlib import Path

import jinja2

LARGEST = 16000


def rules():
    found = {}
    for line in (Path(__file__).parent / "_ha_rules.tsv").read_text().splitlines():
        if line and not line.startswith("#"):
            kind, name, *rest = line.split("\t")
            found.setdefault(kind, {})[name] = [cell.split("|") if cell else [] for cell in rest]
    return found


RULES = rules()
CLASSES, NEEDS, MAY = RULES["class"], RULES["needs"], RULES["may"]
SHORT = {name: cells[0][0] for name, cells in RULES["short"].items()}
SHARED = set(RULES["shared"][""][0])
# Home Assistant logs a warning for each name that a template says and that is not there, once a message.
template = functools.cache(jinja2.Environment(undefined=jinja2.StrictUndefined).from_string)
LONG = {**SHORT}


def lengthen(value):
    """Abbreviations written out; names of components stay as they are."""
    if isinstance(value, list):
        return [lengthen(one) for one in value]
    if not isinstance(value, dict):
        return value
    out = {}
    for key, one in value.items():
        long = SHORT.get(key, key)
        out[long] = {k: lengthen(v) for k, v in one.items()} if long == "components" else lengthen(one)
    return out


def read(path):
    """The last message of each topic; an empty one takes it away."""
    topics = {}
    for line in Path(path).read_text().splitlines():
        topic, _, payload = line.partition("\t")
        topics.pop(topic, None)
        if payload:
            topics[topic] = payload
    return topics


def configs(topics):
    return {t: p for t, p in topics.items() if t.endswith("/config")}


def entities(topic, whole):
    """(platform, key, its component with what the payload says for all, what it may not say)."""
    parts = topic.split("/")
    if parts[-3] == "device":
        for key, own in whole.get("components", {}).items():
            if set(own) == {"platform"}:
                continue  # taken away
            shared = {k: v for k, v in whole.items() if k in SHARED and k != "components"}
            yield own.get("platform"), key, {**shared, **own}
    else:
        yield parts[-4], parts[-2], whole


class Judge:
    def __init__(self):
        self.faults, self.ids, self.names, self.count, self.largest = [], {}, {}, 0, 0

    def fault(self, where, code, words=""):
        self.faults.append((where, code, words))

    def payload(self, topic, text):
        self.largest = max(self.largest, len(text.encode()))
        if len(text.encode()) > LARGEST:
            self.fault(topic, "too-large", len(text.encode()))
        parts = topic.split("/")
        by_device = parts[-3] == "device"
        if not all(re.fullmatch(r"[A-Za-z0-9_-]+", p) for p in parts[1:]) or (
                not by_device and len(parts) < 5):
            self.fault(topic, "topic-form")
            return
        try:
            whole = lengthen(json.loads(text))
        except ValueError as e:
            self.fault(topic, "no-json", e)
            return
        self.root(topic, whole, by_device)
        for platform, key, one in entities(topic, whole):
            self.entity(f"{topic} {key}", platform, key, one, whole.get("device", {}))

    def root(self, topic, whole, by_device):
        device, origin = whole.get("device"), whole.get("origin")
        if not isinstance(device, dict) or not (device.get("identifiers") or device.get("connections")):
            self.fault(topic, "device-without-identifiers")
        if by_device and (not isinstance(origin, dict) or not origin.get("name")):
            self.fault(topic, "no-origin")
        if by_device and not whole.get("components"):
            self.fault(topic, "no-components")
        if by_device and set(whole) - SHARED:
            self.fault(topic, "unknown-key", set(whole) - SHARED)
        if whole.get("qos", 0) not in (0, 1, 2):
            self.fault(topic, "qos", whole["qos"])
        # what helio says of itself, and of how a device is heard, is there while helio is: all else needs both
        is_alone = (device or {}).get("model") == "helio" or not by_device and topic.split("/")[-2] == "connection"
        self.availability(topic, whole, 1 if is_alone else 2)

    def availability(self, where, one, least):
        all_of = one.get("availability")
        if not isinstance(all_of, list) or len(all_of) < least or not all(a.get("topic") for a in all_of):
            self.fault(where, "no-availability")
        elif len(all_of) > 1 and one.get("availability_mode") != "all":
            self.fault(where, "availability-mode", one.get("availability_mode"))

    def entity(self, where, platform, key, one, device):
        self.count += 1
        if platform not in NEEDS:
            self.fault(where, "platform", platform)
            return
        for need in NEEDS[platform][0]:
            if one.get(need) in (None, "", []):
                self.fault(where, f"no-{need}")
        extra = set(one) - set(MAY["any"][0]) - set(MAY[platform][0]) - SHARED
        if extra:
            self.fault(where, "unknown-key", extra)
        unique = one.get("unique_id")
        if unique in self.ids:
            self.fault(where, "unique-id-twice", self.ids[unique])
        self.ids[unique] = where
        name, owner = one.get("name") or "", device.get("name") or ""
        if owner and name.lower().startswith(owner.lower()):
            self.fault(where, "name-repeats-device", name)
        if (str(device.get("identifiers")), name) in self.names:
            self.fault(where, "name-twice", name)
        self.names[str(device.get("identifiers")), name] = where
        category = one.get("entity_category")
        allowed = (None, "diagnostic") if platform in ("sensor", "binary_sensor", "event") else (None, "config")
        if category not in allowed:
            self.fault(where, "entity-category", category)
        if platform == "sensor":
            self.sensor(where, one)
        elif platform == "binary_sensor":
            if one.get("device_class") not in {None, *RULES["binary"]}:
                self.fault(where, "device-class", one["device_class"])
        elif platform == "number":
            if not one.get("min", 1) < one.get("max", 100):
                self.fault(where, "min-max", (one.get("min"), one.get("max")))
            if one.get("step", 1) < 0.001:
                self.fault(where, "step", one["step"])
        if platform in ("sensor", "binary_sensor") and not one.get("device_class") and not one.get("icon"):
            self.fault(where, "plain-eye")
        if platform == "number" and one.get("step", 1) > one.get("max", 100) - one.get("min", 1) > 0:
            self.fault(where, "step", one["step"])
        if platform == "select" and len(set(one.get("options", []))) != len(one.get("options", [])):
            self.fault(where, "options-twice")
        if re.search(r"[+#]", one.get("command_topic", "")):
            self.fault(where, "command-topic", one["command_topic"])
        if one.get("retain"):
            self.fault(where, "retained-command")

    def sensor(self, where, one):
        kind, state, unit = (one.get(k) for k in ("device_class", "state_class", "unit_of_measurement"))
        if kind is not None and kind not in CLASSES:
            self.fault(where, "device-class", kind)
            return
        if kind == "enum":
            if not one.get("options"):
                self.fault(where, "enum-without-options")
            elif len(set(one["options"])) != len(one["options"]):
                self.fault(where, "options-twice")
            if state or unit:
                self.fault(where, "enum-with-statistics")
            return
        if "options" in one:
            self.fault(where, "options-without-enum")
        if kind and (unit or "") not in (CLASSES[kind][0] or [""]):
            self.fault(where, "unit-of-class", f"{kind}: {unit}")
        if state not in (None, "measurement", "total", "total_increasing"):
            self.fault(where, "state-class", state)
        elif kind and state and state not in CLASSES[kind][1]:
            self.fault(where, "state-of-class", f"{kind}: {state}")
        if kind == "energy" and not state:
            self.fault(where, "energy-without-statistics")
        if "expire_after" in one and state in ("total", "total_increasing"):
            self.fault(where, "counter-expires")
        if state == "measurement" and not unit and kind is None:
            self.fault(where, "mean-of-a-code")
        if state == "total" and re.search(r"_today$", one.get("unique_id") or "") and "last_reset_value_template" not in one:
            self.fault(where, "total-of-a-day")
        if state == "measurement" and not one.get("expire_after", 0) > 0 and len(one.get("availability") or "  ") > 1:
            self.fault(where, "measurement-stays")
        if "suggested_display_precision" in one and not unit:
            self.fault(where, "precision-without-unit")


def render(words, payload):
    try:
        known = {"value": payload, "value_json": json.loads(payload)}
    except ValueError:
        known = {"value": payload}
    return template(words).render(**known)


def fits(platform, one, text):
    """May this be shown? None is unknown, and always allowed."""
    if text == "None":
        return True
    if platform == "sensor" and "options" in one or platform == "select":
        return text in one["options"]
    if platform == "binary_sensor":
        return text in (one["payload_on"], one["payload_off"])
    if platform == "switch":
        return text in (one["state_on"], one["state_off"])
    if platform == "number" or one.get("unit_of_measurement") or one.get("state_class"):
        value = float(text)
        # a setting may stand outside of what may be told: by the unit's own panel
        return not (one.get("device_class") == "energy" and one["state_class"] == "total_increasing" and value < 0)
    return len(text) <= 255


def look_at_states(judge, topics, states):
    said = 0
    for topic, text in configs(topics).items():
        for platform, key, one in entities(topic, lengthen(json.loads(text))):
            if platform in ("button", "event"):
                continue
            where = f"{topic} {key}"
            state = states.get(one["state_topic"])
            if state is None:
                judge.fault(where, "no-state", one["state_topic"])
                continue
            asked = set(re.findall(r"value_json(?:\.get\('|\.)(?!get)(\w+)", one["value_template"]))
            known = json.loads(state) if state[:1] == "{" else {}
            if not asked <= set(known) and platform in ("sensor", "binary_sensor"):
                judge.fault(where, "not-in-state", asked)
                continue
            try:
                shown = render(one["value_template"], state)
                render(one["value_template"], "{}" if known else state)  # a state that lacks it: no warning either
            except jinja2.UndefinedError as e:
                judge.fault(where, "template-warns", e)
                continue
            said += shown != "None"
            if shown and not fits(platform, one, shown):
                judge.fault(where, "state-does-not-fit", shown)
    return said


def unavailable(topics, heard, but):
    for topic, text in configs(topics).items():
        for platform, key, one in entities(topic, lengthen(json.loads(text))):
            for at in one["availability"]:
                word = heard.get(at["topic"], "")
                if render(at.get("value_template", "{{value}}"), word) != "online":
                    yield f"{topic} {key}: {at['topic']} says {word!r}"
            if platform not in ("button", "event") and one["state_topic"] not in heard and but not in topic:
                yield f"{topic} {key}: no state on {one['state_topic']}"


def knobs(topics, states, device):
    """One order of each platform, as it would be sent: a number and a word as they stand already."""
    found = {}
    for topic, text in configs(topics).items():
        for platform, key, one in entities(topic, lengthen(json.loads(text))):
            if not one["unique_id"].startswith(device + "_set_"):
                continue
            shown = render(one.get("value_template", "None"), states.get(one.get("state_topic"), "{}"))
            sent = {"button": one.get("payload_press", "PRESS"), "switch": one.get("payload_on", "ON")}.get(platform, shown)
            if sent != "None" and platform not in found:
                found[platform] = one["command_topic"], sent
    return found


def judged(topics):
    judge = Judge()
    for topic, text in configs(topics).items():
        judge.payload(topic, text)
    return judge


def complain(faults):
    for fault in faults[:20]:
        print("refused:", *fault, file=sys.stderr)
    sys.exit(bool(faults))


# ---- payloads made wrong -----------------------------------------------------------------------


def pick(whole, **wanted):
    for one in whole["components"].values():
        if all(one.get(k) == v for k, v in wanted.items()):
            return one
    raise LookupError(wanted)


def energy(whole):
    return pick(whole, device_class="energy", state_class="total_increasing")


def put(finder, **changes):
    def change(whole):
        one = finder(whole)
        for key, value in changes.items():
            if value is None:
                one.pop(key, None)
            else:
                one[key] = value
    return change


def power(whole):
    return pick(whole, device_class="power", state_class="measurement")


def label(whole):
    return pick(whole, device_class="enum")


def number(whole):
    return pick(whole, platform="number")


def of_day(whole):
    """An energy whose id says that it is of a day, and that claims to be a total."""
    one = energy(whole)
    one.update(unique_id=one["unique_id"] + "_net_today", state_class="total")


def twice(whole):
    energy(whole)["unique_id"] = power(whole)["unique_id"]


def repeat(whole):
    power(whole)["name"] = whole["device"]["name"] + " PV power"


def swell(whole):
    label(whole)["options"] = [f"{i:040}" for i in range(400)]


BROKEN = [
    ("energy in watts", "unit-of-class", put(energy, unit_of_measurement="W")),
    ("energy as a measurement", "state-of-class", put(energy, state_class="measurement", expire_after=30)),
    ("energy without statistics", "energy-without-statistics", put(energy, state_class=None)),
    ("energy that expires", "counter-expires", put(energy, expire_after=30)),
    ("power in kilowatt-hours", "unit-of-class", put(power, unit_of_measurement="kWh")),
    ("power that only grows", "state-of-class", put(power, state_class="total_increasing", expire_after=None)),
    ("a measurement for ever", "measurement-stays", put(power, expire_after=None)),
    ("a class that is none", "device-class", put(power, device_class="solar")),
    ("a state class that is none", "state-class", put(power, state_class="rising")),
    ("words without options", "enum-without-options", put(label, options=None)),
    ("words with statistics", "enum-with-statistics", put(label, state_class="measurement")),
    ("the same option twice", "options-twice", put(label, options=["a", "a"])),
    ("no unique id", "no-unique_id", put(power, unique_id=None)),
    ("one unique id for two", "unique-id-twice", twice),
    ("the device's name once more", "name-repeats-device", repeat),
    ("no state topic", "no-state_topic", lambda w: w.pop("state_topic")),
    ("nobody says who is there", "no-availability", lambda w: w.pop("availability")),
    ("any one of two is enough", "availability-mode", put(lambda w: w, availability_mode="any")),
    ("no origin", "no-origin", lambda w: w.pop("origin")),
    ("a device that is nobody", "device-without-identifiers", lambda w: w["device"].pop("identifiers")),
    ("a platform that is none", "platform", put(power, platform="gauge")),
    ("a setting among measurements", "entity-category", put(power, entity_category="config")),
    ("a word nobody knows", "unknown-key", put(power, unit="W")),
    ("a number with no room", "min-max", put(number, min=10, max=10)),
    ("a retained command", "retained-command", put(number, retain=True)),
    ("neither class nor icon", "plain-eye", put(label, device_class=None, options=None)),
    ("the mean of a code", "mean-of-a-code", put(label, device_class=None, options=None, icon="mdi:eye",
                                                state_class="measurement", expire_after=30)),
    ("a day's net as a total", "total-of-a-day", of_day),
    ("a step wider than the range", "step", put(number, min=0, max=1, step=5)),
    ("more than a message should hold", "too-large", swell),
]


def told(whole):
    """As it is sent: short keys and no blanks. Written out it would be larger than what is judged."""
    short = {long: name for name, long in LONG.items()}

    def shorten(value):
        if isinstance(value, list):
            return [shorten(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {short.get(k, k): {n: shorten(c) for n, c in v.items()} if k == "components" else shorten(v) for k, v in value.items()}
    return json.dumps(shorten(whole), separators=(",", ":"), ensure_ascii=False)


def sample(topics):
    """One payload that holds everything that is made wrong, a small one, since a number may be added from another."""
    by_size = sorted(configs(topics).items(), key=lambda pair: len(pair[1]))
    found = [(t, lengthen(json.loads(p))) for t, p in by_size if t.split("/")[-3] == "device"]
    numbers = [(k, c) for _, w in found for k, c in w["components"].items() if c["platform"] == "number"]
    for topic, whole in found:
        try:
            energy(whole), power(whole), label(whole)
        except LookupError:
            continue
        if numbers:
            whole["components"].setdefault(*numbers[0])
            return topic, whole
    return sys.exit("there are no payloads with energy, power, words and a number")


def broken(topics):
    found = 0
    topic, whole = sample(topics)
    judge = Judge()
    judge.payload(topic, told(whole))
    complain(judge.faults) if judge.faults else None
    for name, code, change in BROKEN:
        wrong = copy.deepcopy(whole)
        change(wrong)
        judge = Judge()
        judge.payload(topic, told(wrong))
        codes = {one[1] for one in judge.faults}
        if codes != {code}:
            sys.exit(f"{name}: {codes or 'accepted'}, not {code}")
        found += 1
    for name, code, where, what in (("no JSON at all", "no-json", topic, "{"),
                                    ("a topic with a blank", "topic-form", topic.replace("helio", "he lio"), told(whole))):
        judge = Judge()
        judge.payload(where, what)
        if {one[1] for one in judge.faults} != {code}:
            sys.exit(f"{name}: {judge.faults}")
        found += 1
    print(found)


def can_take(topics):
    """Which parts of the dashboard can be filled, by the ends of unique ids."""
    kinds = {"panels": "_pv_energy", "battery in": "_battery_charge_energy", "grid in": "_grid_import_energy",
             "battery out": "_battery_discharge_energy", "grid out": "_grid_export_energy", "panels now": "_pv_power"}
    found = set()
    for topic, text in configs(topics).items():
        for platform, key, one in entities(topic, lengthen(json.loads(text))):
            for kind, end in kinds.items():
                rule = RULES["energy"]["power" if kind.endswith("now") else "energy"]
                wanted = zip(("device_class", "state_class", "unit_of_measurement"), rule)
                if platform == "sensor" and one["unique_id"].endswith(end):
                    if not all(one.get(k) in v for k, v in wanted):
                        sys.exit(f"{one['unique_id']} is not for the energy dashboard")
                    found.add(kind)
    missing = set(kinds) - found
    if missing:
        sys.exit(f"nothing for the energy dashboard: {missing}")
    print(", ".join(sorted(found)))


def main():
    what, retained, *rest = sys.argv[1:]
    topics = read(retained)
    if what == "broken":
        broken(topics)
    elif what == "energy":
        can_take(topics)
    elif what == "knobs":
        print(*("\t".join(order) for order in knobs(topics, read(rest[0]), rest[1]).values()), sep="\n")
    elif what == "there":
        missing = set(Path(rest[0]).read_text().split()) - set(judged(topics).ids)
        faults = list(unavailable(topics, topics, rest[1] if rest[1:] else " ")) + [f"{i} is missing" for i in missing]
        print(len(faults))
        complain([(f,) for f in faults])
    else:
        judge = judged(topics)
        if what == "ids":
            print("\n".join(sorted(map(str, judge.ids))))
        else:
            said = look_at_states(judge, topics, read(rest[0])) if rest else 0
            print(f"{len(configs(topics))} payloads, {judge.count} entities, {said} with a value, "
                  f"the largest {judge.largest} bytes, {len(judge.faults)} refused")
        complain(judge.faults)


if __name__ == "__main__":
    main()
