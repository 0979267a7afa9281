"""Hands damaged recordings to a script of scripts/plot: mutate.py N SCRIPT RECORDING... [-- OPTION...]

N of them, the same every time.  Whatever they hold, the script ends with 0, or with 1 or 2 and a
word of why, never with a traceback.  Prints each that does otherwise, and how many were refused.
"""
import contextlib
import io
import json
import os
import random
import runpy
import sys
import tempfile
import traceback

sys.dont_write_bytecode = True

VALUES = [None, True, False, 0, -1, 1, 1.5, 1e308, -1e308, 1e-308, 2**31, 2**32, 2**63 - 1, -2**63, 2**64, 10**40,
          "", "x", "0x", "0xffffffffffffffffff", "<script>&\"'", "\x1b[2J\u202e\0", "9" * 400, [], {}, [[]], [None], {"": None},
          {"lo": 0, "hi": 1, "count": 1}, float("inf"), float("nan")]


def places(node, found):
    """Every (container, key) below a node."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        found.append((node, key))
        if isinstance(value, (dict, list)):
            places(value, found)
    return found


def damage_value(chance, lines):
    """Puts something else in some place, takes it away, or twice."""
    parsed = [json.loads(line) for line in lines]
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        found = places(chance.choice(parsed), [])
        if not found:
            continue
        container, key = chance.choice(found)
        act = chance.random()
        if act < .2:
            del container[key]
        elif act < .3 and isinstance(container, list):
            container.insert(key, container[key])
        elif act < .4:
            other, from_key = chance.choice(places(chance.choice(parsed), []) or [(container, key)])
            container[key] = json.loads(json.dumps(other[from_key]))
        else:
            container[key] = chance.choice(VALUES)
    return "".join(json.dumps(line) + "\n" for line in parsed).encode()


def damage_bytes(chance, lines):
    text = bytearray("".join(lines).encode())
    for _ in range(chance.choice((1, 2, 10))):
        at = chance.randrange(len(text))
        if chance.random() < .5:
            text[at] = chance.randrange(256)
        else:
            del text[at:at + chance.choice((1, 7, 100))]
    return bytes(text)


def damage_lines(chance, lines):
    lines = lines[:]
    for _ in range(chance.choice((1, 3))):
        at = chance.randrange(len(lines))
        if chance.random() < .4:
            del lines[at]
        elif chance.random() < .5:
            lines.insert(at, chance.choice(lines))
        else:
            chance.shuffle(lines)
        if not lines:
            break
    return "".join(lines).encode()


def call(script, arguments):
    """Its status and what it said on standard error; a traceback as a status."""
    out, err = io.TextIOWrapper(io.BytesIO()), io.StringIO()
    sys.argv = [script, *arguments]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            runpy.run_path(script, run_name="__main__")
            status = 0
        except SystemExit as end:
            status = end.code or 0
        except BaseException:
            status = traceback.format_exc()
    return status, err.getvalue()


def main():
    more = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    count, script, recordings, options = int(sys.argv[1]), sys.argv[2], sys.argv[3:more], sys.argv[more + 1:]
    sys.path.insert(0, os.path.dirname(os.path.abspath(script)))
    chance = random.Random(1)
    refused = bad = 0
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "in")
        for n in range(count):
            with open(recordings[n % len(recordings)], encoding="utf-8") as file:
                lines = file.readlines()
            lines = lines[:12] + lines[-1:]
            way = chance.choice((damage_value,) * 6 + (damage_bytes, damage_lines))
            data = way(chance, lines)
            with open(path, "wb") as file:
                file.write(data)
            status, said = call(script, options + [path])
            refused += status != 0
            if status not in (0, 1, 2) or (status and not said.strip()) or "Traceback" in said or "Warning" in said:
                bad += 1
                print(f"input {n} of {os.path.basename(script)}: {status}\n{said}")
                os.makedirs("build/tests/mutate", exist_ok=True)
                with open(f"build/tests/mutate/{os.path.basename(script)}-{n}", "wb") as file:
                    file.write(data)
    print(f"{count} recordings, {refused} refused, {bad} not handled")
    sys.exit(bad != 0)


main()
