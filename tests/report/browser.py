"""
A report in headless Chromium, wide and narrow, light and dark, as TAP.  REPORT, a folder for the
browser's profile.
"""
import json
import re
import sys
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

import geometry
import page

TEXT, MARKS = 4.5, 3  # contrast, as WCAG 2 wants of text and of graphics

count = failed = 0


def ok(good, name, *why):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {name}")
    if not good:
        for line in list(why)[:10]:
            print(f"# {line}")
    sys.stdout.flush()


def start(profile):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
                     "--no-first-run", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync", f"--user-data-dir={profile}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


def luminance(colour):
    channels = [int(n) / 255 for n in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (c / 12.92 if c <= .04045 else ((c + .055) / 1.055) ** 2.4
                        for c in channels)
    return .2126 * red + .7152 * green + .0722 * blue


def contrast(pair):
    dark, light = sorted(luminance(colour) for colour in pair.split(" on "))
    return (light + .05) / (dark + .05)


def pale(pairs, least):
    return [f"{contrast(pair):.1f}: {pair}, {where}" for pair, where in pairs.items()
            if contrast(pair) < least]


def requests(driver):
    """Addresses the page asked for."""
    messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    return [message["params"]["request"]["url"] for message in messages
            if message["method"] == "Network.requestWillBeSent"]


def look(driver, url, width, mode, tables):
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": mode}]})
    driver.get("about:blank")
    requests(driver)  # what the browser began with
    driver.get(url)
    name = f"{width} pixels, {mode}"
    script = (Path(__file__).parent / "browser.js").read_text()
    found = driver.execute_script(script, width)
    said = [entry["message"] for entry in driver.get_log("browser")]
    ok(not said, f"{name}: nothing on the console", *said)
    asked = requests(driver)
    ok(asked == [url], "  nothing but the file is asked for", *asked)
    ok(found["overflow"] <= 0, "  no wider than the window", found["overflow"])
    ok(not found["beyond"], "  nothing is beyond its edges", *found["beyond"])
    ok(not found["small"], "  no text is smaller than 11 pixels", *found["small"])
    ok(not found["overlaps"], "  no text of a picture on another", *found["overlaps"])
    dark = luminance(found["paper"]) < .1
    ok(dark == (mode == "dark"), f"  the paper is {mode}", found["paper"])
    ok(len(found["colours"]) >= 2 and not pale(found["colours"], TEXT), "  text can be read",
       *pale(found["colours"], TEXT))
    ok(len(found["marks"]) >= 10 and not pale(found["marks"], MARKS), "  so can marks",
       len(found["marks"]), *pale(found["marks"], MARKS))
    figures = {figure: {**tables[figure], **drawn} for figure, drawn in found["figures"].items()}
    wrong, compared = geometry.check_all(figures)
    ok(set(figures) == set(tables) and compared > 500 and not wrong,
       f"  {compared} marks are where the numbers say", *wrong)
    driver.execute_script("document.querySelectorAll('details').forEach(d => { d.open = true })")
    found = driver.execute_script(script, width)
    ok(found["overflow"] <= 0 and not found["beyond"], "  nor is it with all tables open",
       found["overflow"], *found["beyond"])
    ok(not pale(found["colours"], TEXT), "  which can be read", *pale(found["colours"], TEXT))


def main():
    report, profile = sys.argv[1:]
    tables = page.figures(page.load(report))
    driver = start(profile)
    try:
        for width in (1280, 390):
            for mode in ("light", "dark"):
                look(driver, Path(report).resolve().as_uri(), width, mode, tables)
    finally:
        driver.quit()
    print(f"1..{count}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
