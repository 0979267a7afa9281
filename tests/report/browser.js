// What a test asks of a page: what is beyond its edges, what cannot be read, and where the marks
// of its pictures are.  A function of this file's text, called with the width of the page.
const width = arguments[0];
const seen = e => { const r = e.getBoundingClientRect(); return r.width > 0 && r.height > 0; };
const named = e => `${e.tagName} ${e.id || e.getAttribute("class") || ""} "${e.textContent.trim().slice(0, 30)}"`;
const scrolls = e => e.closest(".scroll, .tall");

// The colour behind text: that of the nearest ancestor that has one.
const behind = e => {
	for (; e; e = e.parentElement) {
		const colour = getComputedStyle(e).backgroundColor;
		if (colour !== "rgba(0, 0, 0, 0)")
			return colour;
	}
	return "none";
};
const texts = [...document.querySelectorAll("body *")].filter(e => seen(e) && e.tagName !== "title" &&
	[...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()));
const colours = {};
for (const e of texts) {
	const style = getComputedStyle(e), svg = e.closest("svg");
	const key = [svg ? style.fill : style.color, behind(svg ? svg.parentElement : e)].join(" on ");
	colours[key] = colours[key] || named(e);
}
const marks = {};
for (const e of document.querySelectorAll(".mark:not(.heat), .dot.own, .chip:not(.heat)")) {
	const style = getComputedStyle(e);
	marks[(e.classList.contains("chip") ? style.backgroundColor : style.fill) + " on " + behind(document.body)] = named(e);
}
const overlaps = [];
for (const svg of document.querySelectorAll("svg[role=img]")) {
	const boxes = [...svg.querySelectorAll("text")].filter(e => !e.getAttribute("transform"))
		.map(e => [e, e.getBoundingClientRect()]);
	for (const [i, [a, r]] of boxes.entries())
		for (const [b, s] of boxes.slice(i + 1))
			if (r.left < s.right - 1 && s.left < r.right - 1 && r.top < s.bottom - 3 && s.top < r.bottom - 3)
				overlaps.push(`${named(a)} and ${named(b)}`);
}
const figures = {};
for (const figure of document.querySelectorAll("figure")) {
	const svg = figure.querySelector("svg[role=img]"), origin = svg.getBoundingClientRect();
	const at = e => {
		const r = e.getBoundingClientRect();
		return { x: r.left - origin.left, y: r.top - origin.top, w: r.width, h: r.height };
	};
	const labelled = (e, axis) => { // by the line that goes with the label
		const r = at(e.previousElementSibling);
		return [+e.dataset.value, axis === "x" ? r.x + r.w / 2 : r.y + r.h / 2];
	};
	const line = svg.querySelector("polyline"), points = [];
	for (const p of line ? line.points : []) {
		const q = p.matrixTransform(line.getScreenCTM());
		points.push([q.x - origin.left, q.y - origin.top]);
	}
	const of = e => ({ row: +e.dataset.row, col: +e.dataset.col, class: e.getAttribute("class") });
	figures[figure.id] = {
		class: svg.getAttribute("class"), line: points,
		marks: [...svg.querySelectorAll("rect[data-row]")].map(e => ({ ...of(e), ...at(e) })),
		dots: [...svg.querySelectorAll("circle[data-row]")].map(e => {
			const r = at(e);
			return { ...of(e), x: r.x + r.w / 2, y: r.y + r.h / 2 };
		}),
		ticks: {
			x: [...svg.querySelectorAll(".tick-x")].map(e => labelled(e, "x")),
			y: [...svg.querySelectorAll(".tick-y")].map(e => labelled(e, "y")),
		},
	};
}
return {
	overflow: document.documentElement.scrollWidth - width,
	beyond: [...document.querySelectorAll("body *")].filter(e => seen(e) && !scrolls(e) &&
		(e.getBoundingClientRect().right > width + .5 || e.getBoundingClientRect().left < -.5)).map(named),
	small: texts.filter(e => parseFloat(getComputedStyle(e).fontSize) < 11).map(named),
	paper: getComputedStyle(document.body).backgroundColor,
	colours, marks, overlaps, figures,
};
