# SPDX-License-Identifier: GPL-2.0-only
"""The picture of section rmap: walks by kind and phantoms, fork chains by depth."""
import matplotlib

matplotlib.use('svg')
import matplotlib.pyplot as plt  # noqa: E402 after the backend

matplotlib.rcParams['svg.hashsalt'] = 'folioscope'  # the same picture of the same figures


def draw(section, path):
    figures = {name: figure['value'] for name, figure in section['figures'].items()}
    unit = 'instructions' if section['clock'] == 'instructions' else 'ns'
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    shapes = {}
    for name, value in figures.items():
        if name.startswith('walk/'):
            _, kind, vmas, phantoms, _ = name.split('/')
            shapes.setdefault(kind, {})[100 * int(phantoms) // int(vmas)] = value / int(vmas)
    for kind, costs in shapes.items():
        left.plot(sorted(costs), [costs[p] for p in sorted(costs)], marker='o', label=kind)
    left.set_xlabel('phantoms, % of the VMAs visited')
    left.set_ylabel(f'a VMA visited, {unit}')
    left.set_ylim(bottom=0)
    left.legend()
    lines = {('alive', 'fork'): 'fork of 10 VMAs and the end of the child', ('gone', 'fork'): 'the same, ancestors gone',
             ('alive', 'walk first'): "walk for a page of the first process", ('gone', 'walk first'): 'the same, ancestors gone',
             ('alive', 'walk own'): "walk for a page of the last one"}
    for (state, what), label in lines.items():
        points = sorted((int(name.split('/')[1]), value) for name, value in figures.items()
                        if name.startswith('chain/') and name.endswith(f'/{state}/{what}'))
        if points:
            right.plot(*zip(*points), marker='o', label=label, linestyle='--' if state == 'gone' else '-')
    right.set_xlabel('generations before')
    right.set_ylabel(unit)
    right.set_xscale('log', base=2)
    right.set_yscale('log')
    right.legend(fontsize='small')
    fig.tight_layout()
    fig.savefig(path, metadata={'Date': None})
    plt.close(fig)
