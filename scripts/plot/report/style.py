# SPDX-License-Identifier: GPL-2.0-only
"""How the report looks: light and dark, wide and narrow."""

# In turn dark and light, so that neighbours differ in lightness as well; each has a contrast of
# 3 or more to the paper.
LIGHT = ("#1460a1", "#ca7148", "#007244", "#b66eb0", "#6f5d00", "#00a2aa", "#973a3f", "#8580d5",
         "#456b09", "#bf7a2c", "#006a92", "#c66a90", "#007360", "#9e77c9")
DARK = ("#8ccaff", "#bc6f4c", "#80daac", "#ab6da6", "#d5c66f", "#0099a0", "#ffa7a7", "#807cc6",
        "#add386", "#b37736", "#6cd3fa", "#b96989", "#68dcc7", "#9674bb")
PAPER = {"light": ("#ffffff", "#1c1e21", "#5b6067", "#d9dce0", "#f4f5f7"),
         "dark": ("#16181b", "#e4e6e9", "#a3a9b1", "#3a3f45", "#1f2226")}


def variables(mode, colours):
    names = ("paper", "ink", "faint", "line", "shade")
    return "".join(f"--{name}:{value};" for name, value in
                   [*zip(names, PAPER[mode]), *((f"k{i}", c) for i, c in enumerate(colours))])


CSS = """
:root{color-scheme:light dark;%s}
@media (prefers-color-scheme:dark){:root{%s}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.2rem 1rem 3rem;max-width:72rem;background:var(--paper);
color:var(--ink);font:15px/1.45 system-ui,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.2;margin:0 0 .3rem}
h2{font-size:1.2rem;margin:2.4rem 0 .4rem;padding-top:.5rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:0}
p{margin:.2rem 0 .6rem}
a{color:inherit}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;padding:0;margin:.5rem 0}
.note,figcaption p{color:var(--faint)}
.warn{border-left:3px solid var(--k1);padding-left:.6rem}
figure{margin:1.6rem 0}
figcaption p{margin:0 0 .5rem}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem 1rem;padding:0;margin:0 0 .6rem;
font-size:13px}
.chip{display:inline-block;width:11px;height:11px;margin-right:.4rem;background:var(--c)}
.chip.heat{background:var(--k0)}
svg{display:block;overflow:visible}
svg text{font:12px system-ui,"DejaVu Sans",sans-serif;fill:var(--ink)}
svg .tick-x,svg .tick-y{fill:var(--faint)}
svg.plot{width:calc(100%% - 66px);margin:8px 4px 28px 62px}
svg.rows{margin:0 0 28px}
.start{text-anchor:start}.middle{text-anchor:middle}.end{text-anchor:end}
.grid{stroke:var(--line)}.axis{stroke:var(--faint)}
.break{stroke:var(--faint);stroke-dasharray:2 3}
.mark{fill:var(--c)}
.heat{fill:var(--k0)}
.h0{opacity:.16}.h1{opacity:.37}.h2{opacity:.58}.h3{opacity:.79}.h4{opacity:1}
.line{fill:none;stroke:var(--c);stroke-width:1.5;vector-effect:non-scaling-stroke}
.band{fill:var(--shade)}
.own{fill:var(--k0);stroke:var(--k0)}
.inherited{fill:var(--paper);stroke:var(--faint);stroke-width:1.5}
.unlinked{stroke:var(--k1);stroke-width:2}
svg .mono{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:11px}
.scroll{overflow-x:auto;max-width:100%%}
.tall{max-height:32rem;overflow:auto}
details{margin:.2rem 0}
summary{color:var(--faint);cursor:pointer;font-size:13px}
table{border-collapse:collapse;font-size:13px;margin:.4rem 0}
caption{text-align:left;color:var(--faint);padding-bottom:.2rem}
th,td{text-align:left;vertical-align:top;padding:.15rem .8rem .15rem 0;
border-bottom:1px solid var(--line);font-weight:normal;overflow-wrap:normal}
thead th{font-weight:600;white-space:nowrap}
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
tbody th{white-space:nowrap}
.name{overflow-wrap:anywhere;min-width:9rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.6rem 0}
dt{color:var(--faint)}dd{margin:0}
@media (max-width:40rem){dl{grid-template-columns:1fr}dd{margin-bottom:.3rem}}
@media print{.scroll,.tall{overflow:visible;max-height:none}}
%s
""" % (variables("light", LIGHT), variables("dark", DARK),
       "".join(f".k{i}{{--c:var(--k{i})}}" for i in range(len(LIGHT))))
