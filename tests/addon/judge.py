#!/usr/bin/env python3
"""Judges a Home Assistant add-on by rules.json: judge.py FOLDER, or judge.py FOLDER --options FILE
to judge options.json by the schema. --broken also spoils the configuration in many ways, each of
which must be refused."""
import copy
import json
import os
import re
import sys

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
RULES = json.load(open(os.path.join(HERE, "rules.json")))
KINDS = {"str": str, "bool": bool, "int": int, "dict": dict, "list": list}


def judge_value(key, value, rule):
    if "type" in rule:
        kind = KINDS[rule["type"]]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            return ["%s is no %s" % (key, rule["type"])]
    if "match" in rule and not re.fullmatch(rule["match"], value):
        return ["%s: %r has not the form %s" % (key, value, rule["match"])]
    if "one_of" in rule and value not in rule["one_of"]:
        return ["%s: %r is none of %s" % (key, value, rule["one_of"])]
    if "least" in rule and not rule["least"] <= value <= rule["most"]:
        return ["%s: %r is out of range" % (key, value)]
    for name, fits in (("list_of", lambda v: v in rule["list_of"]),
                       ("list_match", lambda v: isinstance(v, str) and re.fullmatch(rule["list_match"], v))):
        if name in rule:
            if not isinstance(value, list) or not value:
                return ["%s is no list" % key]
            return ["%s: %r is not allowed" % (key, v) for v in value if not fits(v)]
    if "maps" in rule:
        types = [v.get("type") if isinstance(v, dict) else str(v).split(":")[0] for v in value]
        return ["map: %r is unknown" % t for t in types if t not in rule["maps"]]
    if "ports" in rule:
        return ["ports: %r" % k for k, v in value.items()
                if not re.fullmatch(r"\d{1,5}(/(tcp|udp))?", str(k)) or not (v is None or isinstance(v, int))]
    return []


def judge_schema(schema, where):
    faults = []
    for key, kind in schema.items():
        if isinstance(kind, dict):
            faults += judge_schema(kind, where + key + ".")
        elif isinstance(kind, list):
            inner = kind[0] if len(kind) == 1 else None
            if isinstance(inner, dict):
                faults += judge_schema(inner, where + key + ".")
            elif not isinstance(inner, str) or not re.fullmatch(RULES["element"], inner):
                faults.append("schema: %s%s: %r" % (where, key, kind))
        elif not isinstance(kind, str) or not re.fullmatch(RULES["element"], kind):
            faults.append("schema: %s%s: %r" % (where, key, kind))
    return faults


def judge_option(key, kind, value):
    kind = kind.rstrip("?") if not kind.startswith("match") else re.sub(r"\?$", "", kind)
    word, inside = re.fullmatch(r"(\w+)(?:\((.*)\))?", kind).groups()
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    low, high = (inside.split(",") if inside and word in ("int", "float", "str", "password") else ("", ""))
    size = len(str(value)) if word in ("str", "password") else value
    right = {"bool": lambda: isinstance(value, bool),
             "str": lambda: isinstance(value, str), "password": lambda: isinstance(value, str),
             "email": lambda: "@" in str(value), "device": lambda: str(value).startswith("/dev/"),
             "url": lambda: re.match(r"https?://", str(value)),
             "port": lambda: is_number and 1 <= value <= 65535,
             "int": lambda: is_number and value == int(value), "float": lambda: is_number,
             "match": lambda: re.match(inside, str(value)),
             "list": lambda: str(value) in inside.split("|")}[word]()
    if not right or (low and size < float(low)) or (high and size > float(high)):
        return ["option %s: %r is no %s" % (key, value, kind)]
    return []


def judge_options(schema, options, where=""):
    faults = ["option %s%s is not in the schema" % (where, key) for key in options if key not in schema]
    for key, kind in schema.items():
        element = kind[0] if isinstance(kind, list) else kind
        if key not in options:
            if not (isinstance(element, str) and element.endswith("?")):
                faults.append("option %s%s is missing" % (where, key))
            continue
        values = options[key] if isinstance(kind, list) else [options[key]]
        for value in values:
            faults += judge_options(element, value, where + key + ".") if isinstance(element, dict) \
                else judge_option(where + key, element, value)
    return faults


def judge_config(config):
    faults = ["%s is missing" % key for key, rule in RULES["config"].items()
              if rule.get("required") and key not in config]
    for key, value in config.items():
        rule = RULES["config"].get(key)
        faults += judge_value(key, value, rule) if rule else ["%s: there is no such word" % key]
    for group in RULES["never_together"]:
        if all(config.get(key) for key in group):
            faults.append("never together: %s" % group)
    if faults:
        return faults
    schema = config.get("schema", {})
    faults = judge_schema(schema, "")
    port = re.search(r"PORT:(\d+)", config.get("webui", ""))
    if port and port.group(1) + "/tcp" not in config.get("ports", {}):
        faults.append("webui: the port is none of ports")
    return faults or judge_options(schema, config.get("options", {}))


def judge_translations(config, words):
    faults = ["translations: %s" % key for key in words if key not in RULES["translations"]]
    said, meant = set(words.get("configuration", {})), set(config["schema"])
    faults += ["translations: %s has no words" % key for key in meant - said]
    faults += ["translations: %s is no option" % key for key in said - meant]
    for key, row in words.get("configuration", {}).items():
        faults += ["translations: %s.%s" % (key, k) for k in row if k not in RULES["translations"]["configuration"]]
        faults += [] if row.get("name") else ["translations: %s has no name" % key]
    return faults + ["translations: port %s has no words" % key for key in config.get("ports", {})
                     if key not in words.get("network", {})]


BREAKS = [
    ("no name", lambda c: c.pop("name")), ("no version", lambda c: c.pop("version")),
    ("a version that is a number", lambda c: c.update(version=0.1)),
    ("no slug", lambda c: c.pop("slug")), ("a slug with blanks", lambda c: c.update(slug="he lio")),
    ("no description", lambda c: c.pop("description")), ("no arch", lambda c: c.pop("arch")),
    ("an arch of old", lambda c: c.update(arch=["armv7"])),
    ("an arch that is none", lambda c: c.update(arch=["arm64"])),
    ("startup of old", lambda c: c.update(startup="before")), ("boot always", lambda c: c.update(boot="always")),
    ("a word that is none", lambda c: c.update(serial=True)),
    ("devices as of old", lambda c: c.update(devices=["/dev/hidraw0:/dev/hidraw0:rwm"])),
    ("a service that is none", lambda c: c.update(services=["mqtt:must"])),
    ("a map that is none", lambda c: c.update(map=["etc:rw"])),
    ("webui without its port", lambda c: c.update(webui="http://[HOST]:[PORT:80]/")),
    ("webui with a fixed host", lambda c: c.update(webui="http://127.0.0.1:8080/")),
    ("a time-out that is too long", lambda c: c.update(timeout=900)),
    ("full access and more", lambda c: c.update(full_access=True)),
    ("an element that is none", lambda c: c["schema"].update(mqtt_port="number")),
    ("an option without a schema", lambda c: c["options"].update(mqtt_qos=1)),
    ("a schema without an option", lambda c: c["schema"].update(more="str")),
    ("an option of another kind", lambda c: c["options"].update(web="yes")),
    ("a choice that is none", lambda c: c["options"].update(layout="old")),
    ("a device without a driver", lambda c: c["options"].update(devices=[{"name": "x", "line": "y"}])),
    ("a port that is none", lambda c: c.update(ports={"http": 80})),
]


def main():
    folder = sys.argv[1]

    def load(name):
        return yaml.safe_load(open(os.path.join(folder, name)))
    config = load("config.yaml")
    if "--options" in sys.argv:
        faults = judge_options(config["schema"], json.load(open(sys.argv[3])))
        print("\n".join(faults))
        return 1 if faults else 0
    faults = judge_config(config) + judge_translations(config, load("translations/en.yaml"))
    if os.path.exists(os.path.join(folder, "build.yaml")):
        faults.append("build.yaml: the Supervisor warns of it since 2026.04; the Dockerfile says what it begins from")
    image = re.search(r"^ARG BUILD_FROM=(\S+)$", open(os.path.join(folder, "Dockerfile")).read(), re.M)
    if not image or not re.fullmatch(RULES["build"]["build_from"], image.group(1)):
        faults.append("Dockerfile: no image to begin from")
    faults += ["%s is missing" % name for name in ("Dockerfile", "run.sh", "DOCS.md", "CHANGELOG.md")
               if not os.path.exists(os.path.join(folder, name))]
    if config["version"] not in open(os.path.join(folder, "CHANGELOG.md")).read():
        faults.append("CHANGELOG.md does not know version %s" % config["version"])
    if "--broken" in sys.argv:
        for what, spoil in BREAKS:
            broken = copy.deepcopy(config)
            spoil(broken)
            if not judge_config(broken):
                faults.append("%s: is taken" % what)
        print("%d broken configurations refused" % len(BREAKS))
    print("\n".join(faults) or "the add-on keeps the rules")
    return 1 if faults else 0


sys.exit(main())
