# SPDX-License-Identifier: GPL-2.0-only
"""Tables of what make bench measured, section by section, as text and as Markdown."""
import math

NOTE = {
    'instructions': 'Clock: instructions of the guest (QEMU -icount shift=0,sleep=off -smp 1), within 5 %. '
                    'Ratios are what counts; emulation hides what a TLB flush or a cache miss costs.',
    'time': 'Clock: time (CLOCK_MONOTONIC), with hardware virtualisation.',
}
PAIRS, MAPPED = (1, 8, 64, 512, 4096), (1, 8, 64)
MEMORY = ('free', 'scarce', 'none')
PUBLISHED = 1.49  # at 512 pairs, one thread: Zi Yan, RFC of 2019
OURS = ('rmaptop', 'forkchain', 'exchangelat', 'anonvma', 'foliomap')


def of(figures, name):
    figure = figures.get(name)
    return figure and figure['value']


def number(value, digits=0):
    return '-' if value is None else f'{value:,.{digits}f}'


def ratio(a, b):
    return None if not a or not b else a / b


# ----------------------------------------------------------------- exchange


def exchange_cells(figures):
    for pairs in PAIRS:
        for mapped in MAPPED:
            for memory in MEMORY:
                name = f'exchange/{pairs}/{mapped}/{memory}'
                if f'{name}/exchange' in figures:
                    yield name, pairs, mapped, memory


def exchange_ratios(figures):
    for name, *_ in exchange_cells(figures):
        value = ratio(of(figures, f'{name}/migrate'), of(figures, f'{name}/exchange'))
        # What was not done took no time worth comparing.
        if value and of(figures, f'{name}/migrated') == of(figures, f'{name}/exchanged') == 100:
            yield f'{name}/ratio', value


def exchange_tables(section):
    figures = section['figures']
    rows = []
    for name, pairs, mapped, memory in exchange_cells(figures):
        rows.append([number(pairs), str(mapped), memory, number(of(figures, f'{name}/exchange')),
                     number(of(figures, f'{name}/migrate')), number(of(figures, f'{name}/ratio'), 2),
                     number(of(figures, f'{name}/exchanged')), number(of(figures, f'{name}/migrated'))])
        if (pairs, mapped, memory) == (512, 1, 'free'):
            rows.append(['512', '1', 'published, 2019', '', '', f'{PUBLISHED}', '', ''])
    yield 'a pair', ['pairs', 'mapped by', 'memory', 'exchange', 'two move_pages(2)', 'ratio', 'exchanged, %', 'migrated, %'], rows
    columns = sorted({tuple(name.split('/')[2:4]) for name in figures if name.startswith('exchange/phase/')},
                     key=lambda c: (int(c[0]), int(c[1])))
    phases = 'drain isolate lock unmap flush mapping data flags remap putback'.split()
    rows = [[phase] + [number(of(figures, f'exchange/phase/{p}/{m}/{phase}'), 1) for p, m in columns] for phase in phases]
    if columns:
        yield 'share of each phase, %', ['phase'] + [f'{p} pairs, mapped by {m}' for p, m in columns], rows


# ------------------------------------------------------------------ tracing


def extras(figures, prefix, tool):
    """{size: instructions more than bare}"""
    sizes = sorted({int(name[len(prefix):].split('/')[0]) for name in figures if name.startswith(prefix)})
    middle = '/0' if prefix.startswith('walk') else ''
    extra = {}
    for n in sizes:
        bare, beside = (of(figures, f'{prefix}{n}{middle}/{label}') for label in ('bare', tool))
        if bare and beside:
            extra[n] = beside - bare
    return extra


def labels(figures, prefix):
    seen = {}
    for name in figures:
        if name.startswith(prefix) and not name.endswith('/bare') and 'over bpftrace' not in name:
            seen[name.rsplit('/', 1)[1]] = 1
    return list(seen)


def slope(extra):
    """From the first size to the last: what each VMA costs more."""
    sizes = sorted(extra)
    if len(sizes) < 2:
        return None
    return (extra[sizes[-1]] - extra[sizes[0]]) / (sizes[-1] - sizes[0])


# What bpftrace takes on any kernel, with a program that keeps the same.
SAME = {'walk/anon/': 'bpftrace kfunc', 'fork/': 'bpftrace kfunc-same'}


def tracing_ratios(figures):
    """How many times less than bpftrace."""
    for prefix, same in SAME.items():
        theirs = extras(figures, prefix, same)
        for tool in labels(figures, prefix):
            if tool.split()[0] not in OURS:
                continue
            for n, extra in extras(figures, prefix, tool).items():
                if n in theirs and extra > 0:
                    yield f'{prefix}{n}/{tool}/over bpftrace', theirs[n] / extra


def tracing_tables(section):
    figures = section['figures']
    for prefix, what in (('walk/anon/', 'walk'), ('fork/', 'fork')):
        tools = labels(figures, prefix)
        sizes = sorted({n for tool in tools for n in extras(figures, prefix, tool)})
        middle = '/0' if what == 'walk' else ''
        rows = [['bare'] + [number(of(figures, f'{prefix}{n}{middle}/bare')) for n in sizes] + ['', '']]
        for tool in tools:
            extra = extras(figures, prefix, tool)
            over = [of(figures, f'{prefix}{n}/{tool}/over bpftrace') for n in sizes]
            over = [number(o, 1) for o in over if o]
            rows.append([tool] + [f'+{number(extra[n])}' if n in extra else '-' for n in sizes] +
                        [number(slope(extra)), ' '.join(over)])
        yield (f'a {what}' + ('' if what == 'walk' else " and the child's end"),
               [''] + [f'{n} VMAs' for n in sizes] + ['a VMA more', f"{SAME[prefix]}'s extra, times"], rows)


# -------------------------------------------------------------------- start


def start_tables(section):
    figures = section['figures']
    tools = list(dict.fromkeys(name.split('/')[1] for name in figures if name.startswith('start/')))
    rows = []
    for tool in tools:
        cpu, elapsed, rss, peak, maps, size = (of(figures, f'start/{tool}/{what}')
                                               for what in ('cpu', 'elapsed', 'resident', 'peak', 'maps', 'size'))
        rows.append([tool, number(cpu and cpu / 1e6), number(elapsed and elapsed / 1e6),
                     number(rss and rss / 1024, 1), number(peak and peak / 1024, 1),
                     number(maps and maps / 1024, 1), number(size and size / 1024, 1)])
    unit = 'million instructions' if section['clock'] == 'instructions' else 'ms'
    yield ('start and footprint', ['', f'CPU until attached, {unit}', 'elapsed, ms', 'resident, MiB', 'most, MiB', 'BPF in the kernel, MiB',
                                   'binary and libraries, MiB'], rows)


# -------------------------------------------------------------------- scale


def scales(figures):
    """{what: {size: cost}}, with what an empty one costs under 0."""
    found = {}
    for name in figures:
        if name.startswith('scale/') and not name.endswith('/exponent'):
            _, what, size = name.split('/')
            found.setdefault(what, {})[int(size)] = figures[name]['value']
    return found


def exponent(costs):
    """The slope of log cost over log size, without what the smallest, which is all start, costs."""
    base = costs.get(0, 0)
    points = [(math.log(n), math.log(c - base)) for n, c in costs.items() if n and c > base]
    if len(points) < 2:
        return None
    mx, my = (sum(p[i] for p in points) / len(points) for i in (0, 1))
    return sum((x - mx) * (y - my) for x, y in points) / sum((x - mx) ** 2 for x, _ in points)


def scale_ratios(figures):
    for what, costs in scales(figures).items():
        value = exponent(costs)
        if value:
            yield f'scale/{what}/exponent', value


def scale_tables(section):
    figures = section['figures']
    found = scales(figures)
    sizes = sorted({n for costs in found.values() for n in costs})
    rows = [[what] + [number(costs.get(n) and costs[n] / 1e6, 1) for n in sizes] +
            [number(of(figures, f'scale/{what}/exponent'), 2)] for what, costs in found.items()]
    unit = 'million instructions' if section['clock'] == 'instructions' else 'ms'
    yield f"the tool's own CPU, {unit}, by size", [''] + ['start' if not n else number(n) for n in sizes] + ['exponent'], rows
    rate = [[label, number(of(figures, f'rate/{label}'), 1)] for label in ('bare', 'exchangelat', 'seen', 'lost')
            if f'rate/{label}' in figures]
    if rate:
        yield 'exchangelat at the highest rate: a pair of 512, and events', ['', ''], rate


# --------------------------------------------------------------------- rmap


def rmap_tables(section):
    figures = section['figures']
    shapes = sorted({tuple(int(x) for x in name.split('/')[2:4]) for name in figures if name.startswith('walk/')})
    kinds = [k for k in ('anon', 'file', 'shmem', 'ksm') if any(name.startswith(f'walk/{k}/') for name in figures)]
    rows = [[number(v), f'{100 * p // v} %'] + [number(of(figures, f'walk/{k}/{v}/{p}/bare')) for k in kinds] for v, p in shapes]
    yield 'a walk', ['VMAs', 'phantoms'] + kinds, rows
    depths = sorted({int(name.split('/')[1]) for name in figures if name.startswith('chain/')})
    columns = [(state, what) for state in ('alive', 'gone') for what in ('fork', 'walk first', 'walk own')]
    rows = [[str(d)] + [number(of(figures, f'chain/{d}/{state}/{what}')) for state, what in columns] for d in depths]
    says = {'fork': 'fork of 10 VMAs', 'walk first': "walk, the first process's page", 'walk own': "walk, the last one's page"}
    if depths:
        yield 'fork chains', ['depth'] + [f'{says[what]}, ancestors {state}' for state, what in columns], rows


TABLES = {'exchange': exchange_tables, 'tracing': tracing_tables, 'start': start_tables, 'scale': scale_tables, 'rmap': rmap_tables}
RATIOS = {'exchange': exchange_ratios, 'tracing': tracing_ratios, 'scale': scale_ratios}


def direction(name):
    """Of a figure that is this project's: is lower or higher better?  None: it is somebody else's."""
    parts = name.split('/')
    if parts[0] == 'exchange':
        if parts[1] == 'phase' or parts[-1] in ('migrate', 'migrated'):
            return None
        return 'lower' if parts[-1] == 'exchange' else 'higher'
    if parts[-1] == 'over bpftrace':
        return 'higher'
    if parts[0] in ('walk', 'fork'):
        return 'lower' if parts[-1].split()[0] in OURS else None
    if parts[0] == 'start':
        return 'lower' if parts[1].split()[0] in OURS else None
    if parts[0] == 'scale':
        return 'lower'
    return {'rate/exchangelat': 'lower', 'rate/lost': 'lower'}.get(name)


def unit_of(section):
    return 'instructions' if section['clock'] == 'instructions' else 'ns'


def worst_spread(section):
    """What a failing move_pages(2) takes depends on what reclaim and compaction tried before: it is told apart."""
    figures = section['figures']
    failing = {name for name in figures if name.endswith('/migrate') and of(figures, name + 'd') not in (None, 100)}
    spread = max((f['spread'] for name, f in figures.items() if name not in failing), default=0)
    out = f'Figures are medians; what was measured for one lies at most {100 * spread:.1f} % apart.'
    if failing:
        most = max(figures[name]['spread'] for name in failing)
        out += f' But where not all is migrated, what that takes is by up to {most:.0f} times its median apart from one call to the next.'
    return out


def text(name, section):
    out = []
    for title, header, rows in TABLES[name](section):
        widths = [max(len(row[i]) for row in [header] + rows) for i in range(len(header))]
        out.append(f'{name}: {title} ({unit_of(section)})')
        for row in [header] + rows:
            out.append('  '.join([row[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(row[1:], widths[1:])]).rstrip())
        out.append('')
    out += [f'not measured: {what}: {why}' for what, why in section['missing'].items()]
    out.append(f'{NOTE[section["clock"]]} {worst_spread(section)}')
    return '\n'.join(out) + '\n'


def markdown(name, section):
    out = []
    for title, header, rows in TABLES[name](section):
        out += [f'{title[0].upper()}{title[1:]} ({unit_of(section)}):', '', '| ' + ' | '.join(header) + ' |',
                '| --- |' + ' ---: |' * (len(header) - 1)]
        out += ['| ' + ' | '.join(row) + ' |' for row in rows] + ['']
    out += [f'Not measured: {what}: {why}.' for what, why in section['missing'].items()]
    out.append(f'{NOTE[section["clock"]]} {worst_spread(section)}')
    return '\n'.join(out) + '\n'


def machine(results):
    sections = results['sections'].values()
    kernels = ' and '.join(sorted({s['kernel'] for s in sections}))
    dates = sorted({s['measured'] for s in sections})
    page = f'Measured {" to ".join(sorted({dates[0], dates[-1]}))} on Linux {kernels} with the patch series.\n'
    if any(s['extent'] != 'full' for s in sections):
        page += '**Some sections have been measured at fewer sizes than they have, and others not yet.**\n'
    return page
