#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What make bench measured: gathers the guest's figures, prints and writes tables, compares.

usage: results.py add RESULTS SECTION CLOCK FULL-OR-QUICK  <JSON-LINES
       results.py print RESULTS SECTION...
       results.py complete RESULTS         exit 0: all sections are there, in full
       results.py write RESULTS DIRECTORY  benchmarks.md, benchmarks.json and a picture
       results.py compare RESULTS BEFORE   what got worse by more than 10 %
"""
import json
import os
import statistics
import sys
import time

import tables

SECTIONS = ('exchange', 'tracing', 'start', 'scale', 'rmap')
WORSE = .10  # what is worth being told


def median_and_spread(values):
    """The spread is from the least to the most, of the median."""
    median = statistics.median(values)
    spread = (max(values) - min(values)) / abs(median) if median else 0
    return median, spread


def gather(lines, clock, extent):
    """A section from the guest's lines."""
    section = {'clock': clock, 'extent': extent, 'measured': time.strftime('%Y-%m-%d', time.gmtime()),
               'figures': {}, 'missing': {}}
    values = {}
    for line in filter(str.strip, lines):
        line = json.loads(line)
        if 'meta' in line:
            section['kernel'] = line['meta']['kernel']
            if line['meta']['instructions'] != (clock == 'instructions'):
                sys.exit('results.py: the guest has another clock than it was given')
        elif 'missing' in line:
            section['missing'][line['missing']] = line['why']
        else:
            values.setdefault(line['name'], []).extend(line['values'])
    for name, measured in values.items():
        value, spread = median_and_spread(measured)
        section['figures'][name] = {'value': value, 'spread': round(spread, 4), 'n': len(measured)}
    return section


def derive(name, section):
    """Ratios, which are what counts, are figures as well."""
    figures = section['figures']
    for ratio, value in tables.RATIOS[name](figures) if name in tables.RATIOS else ():
        figures[ratio] = {'value': round(value, 3), 'spread': 0, 'n': 0, 'ratio': True}


def load(path):
    try:
        with open(path, encoding='utf-8') as f:
            return json.load(f)
    except FileNotFoundError:
        return {'version': 1, 'sections': {}}


def save(results, path):
    with open(path + '.new', 'w', encoding='utf-8') as f:
        json.dump(results, f, indent=1, sort_keys=True)
        f.write('\n')
    os.rename(path + '.new', path)


def add(path, name, clock, extent):
    results = load(path)
    section = gather(sys.stdin, clock, extent)
    if not section['figures']:
        sys.exit(f'results.py: section {name} has no figures')
    derive(name, section)
    results['sections'][name] = section
    save(results, path)


def show(path, *names):
    results = load(path)
    for name in names:
        print(tables.text(name, results['sections'][name]))


def complete(path):
    sections = load(path)['sections']
    whole = all(name in sections and sections[name]['extent'] == 'full' for name in SECTIONS)
    return 0 if whole and len({s['clock'] for s in sections.values()}) == 1 else 1


def write(path, directory):
    results = load(path)
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, 'benchmarks.md.in'), encoding='utf-8') as f:
        page = f.read()
    for name in SECTIONS:
        section = results['sections'].get(name)
        page = page.replace(f'@{name}@\n', tables.markdown(name, section) if section else 'Not measured yet.\n')
    page = page.replace('@machine@\n', tables.machine(results))
    with open(os.path.join(directory, 'benchmarks.md'), 'w', encoding='utf-8') as f:
        f.write(page)
    save(results, os.path.join(directory, 'benchmarks.json'))
    try:
        import picture
    except ImportError as e:
        print(f'results.py: no picture: {e}', file=sys.stderr)
    else:
        if 'rmap' not in results['sections']:
            return
        picture.draw(results['sections']['rmap'], os.path.join(directory, 'images', 'rmap-walks.svg'))


def worsened(name, old, new):
    """How much worse: .2 is by 20 %.  None where it cannot be said, or is not ours."""
    direction = tables.direction(name)
    if not direction or not old['value'] or not new['value']:
        return None
    change = new['value'] / old['value']
    return (change if direction == 'lower' else 1 / change) - 1


def compare(path, before):
    """Prints what got worse; always 0: a figure fails nothing."""
    new, old = load(path)['sections'], load(before)['sections']
    if not old:
        print(f'{before} has no figures to compare with')
    compared, worse = 0, []
    for section in (s for s in SECTIONS if s in new and s in old):
        same = new[section]['clock'] == old[section]['clock'] == 'instructions'
        if not same:
            print(f'{section}: the clock is time, or another than before: only ratios are compared')
        for name, figure in new[section]['figures'].items():
            past = old[section]['figures'].get(name)
            by = worsened(name, past, figure) if past and (same or figure.get('ratio')) else None
            if by is None:
                continue
            compared += 1
            if by > WORSE:
                worse.append((by, f'{section}: {name}', past['value'], figure['value']))
    for by, name, past, value in sorted(worse, reverse=True):
        print(f'{100 * by:5.0f} % worse  {name}: {past:g} -> {value:g}')
    print(f'{compared} figures compared, {len(worse)} worse by more than {100 * WORSE:.0f} %')


def main():
    commands = {'add': (add, 4), 'print': (show, None), 'complete': (complete, 1), 'write': (write, 2), 'compare': (compare, 2)}
    name, *args = sys.argv[1:] or ['']
    if name not in commands or commands[name][1] not in (None, len(args)):
        sys.exit(__doc__)
    sys.exit(commands[name][0](*args) or 0)


if __name__ == '__main__':
    main()
