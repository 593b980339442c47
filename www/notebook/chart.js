// Bars, lines, areas and points as SVG.

const WIDTH = 720;
const HEIGHT = 300;
const LEFT = 64;
const RIGHT = 16;
const TOP = 16;
const BOTTOM = 44;

/**
 * Draws into `element`: spec is {kind: "bar"|"line"|"area"|"scatter", x: {name, values}, series: [{name, values}]}.
 * Values are numbers or null; those of x may be texts, one a place.
 */
export function chart(element, spec) {
  const series = spec.series.filter(({ values }) => values.some(Number.isFinite));
  if (series.length === 0) {
    const nothing = document.createElement("p");
    nothing.className = "empty";
    nothing.textContent = "There are no numbers to draw: choose another column.";
    element.replaceChildren(nothing);
    return;
  }
  const numbers = series.flatMap(({ values }) => values.filter(Number.isFinite));
  const isBased = spec.kind === "bar" || spec.kind === "area";
  const rows = ticks(Math.min(...numbers, isBased ? 0 : Infinity), Math.max(...numbers, isBased ? 0 : -Infinity));
  const y = scale(rows[0], rows.at(-1), HEIGHT - BOTTOM, TOP);
  const isNumeric = spec.kind === "scatter" && spec.x.values.every(Number.isFinite);
  const columns = isNumeric ? ticks(Math.min(...spec.x.values), Math.max(...spec.x.values)) : null;
  const band = (WIDTH - LEFT - RIGHT) / Math.max(spec.x.values.length, 1);
  const linear = isNumeric && scale(columns[0], columns.at(-1), LEFT, WIDTH - RIGHT);
  const x = isNumeric ? (i) => linear(spec.x.values[i]) : (i) => LEFT + band * (i + 0.5);

  const svg = make("svg", {
    class: "chart nb-chart",
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    role: "img",
    "aria-label": `${spec.kind} chart of ${series.map(({ name }) => name).join(", ")} by ${spec.x.name}, ${spec.x.values.length} points`,
  });
  for (const value of rows) {
    svg.append(make("line", { class: "grid-line", x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) }));
    svg.append(words(number(value), { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }));
  }
  if (isNumeric) {
    for (const value of columns) {
      svg.append(words(number(value), { x: linear(value), y: HEIGHT - BOTTOM + 18, "text-anchor": "middle" }));
    }
  } else {
    const each = Math.ceil(spec.x.values.length / 8);
    spec.x.values.forEach((value, i) => {
      if (i % each === 0) {
        const label = String(value ?? "NULL");
        const short = label.length > 12 ? `${label.slice(0, 11)}…` : label;
        svg.append(words(short, { x: x(i), y: HEIGHT - BOTTOM + 18, "text-anchor": "middle" }));
      }
    });
  }
  svg.append(words(spec.x.name, { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 6, "text-anchor": "middle" }));
  series.forEach(({ name, values }, at) => {
    const group = make("g", { class: `nb-series nb-series-${at % 6}` });
    const points = values.map((value, i) => (Number.isFinite(value) ? [x(i), y(value), i] : null));
    if (spec.kind === "bar") bars(group, points, { at, count: series.length, band, base: y(0) });
    else if (spec.kind === "scatter") dots(group, points, 3.5);
    else {
      const runs = parted(points);
      const base = y(Math.max(rows[0], 0));
      if (spec.kind === "area") {
        for (const run of runs) {
          group.append(
            make("path", { class: "area", d: `${line(run)}L${run.at(-1)[0]},${base}L${run[0][0]},${base}Z` }),
          );
        }
      }
      for (const run of runs) group.append(make("path", { class: "line", d: line(run) }));
      if (values.length <= 60) dots(group, points, 2.5);
    }
    for (const shape of group.querySelectorAll("[data-i]")) {
      const i = Number(shape.dataset.i);
      const title = make("title", {});
      title.textContent = `${spec.x.values[i] ?? "NULL"}: ${name} ${values[i]}`;
      shape.append(title);
    }
    svg.append(group);
  });
  const legend = document.createElement("ul");
  legend.className = "legend";
  series.forEach(({ name }, at) => {
    const item = document.createElement("li");
    item.className = `nb-series-${at % 6}`;
    const swatch = document.createElement("span");
    swatch.className = "swatch";
    item.append(swatch, name);
    legend.append(item);
  });
  element.replaceChildren(legend, svg);
}

function make(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, typeof value === "number" ? value.toFixed(1) : value);
  }
  return element;
}

function words(text, attributes) {
  const element = make("text", { class: "axis", ...attributes });
  element.textContent = text;
  return element;
}

const scale = (from, to, start, end) => (value) => start + ((value - from) / (to - from || 1)) * (end - start);

// Round numbers that hold the range.
function ticks(least, most) {
  if (least === most) [least, most] = least === 0 ? [0, 1] : [Math.min(least, 0), Math.max(most, 0)];
  const rough = (most - least) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
  const out = [];
  for (let i = Math.floor(least / step); i <= Math.ceil(most / step); i += 1) out.push(i * step);
  return out;
}

const number = (value) =>
  new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 6 }).format(value);

function bars(group, points, { at, count, band, base }) {
  const width = Math.max((band * 0.8) / count, 0.5);
  for (const point of points) {
    if (!point) continue;
    const [x, y, i] = point;
    group.append(
      make("rect", {
        x: x - band * 0.4 + width * at,
        y: Math.min(y, base),
        width,
        height: Math.abs(base - y),
        "data-i": String(i),
      }),
    );
  }
}

function dots(group, points, r) {
  for (const point of points) {
    if (point) group.append(make("circle", { cx: point[0], cy: point[1], r, "data-i": String(point[2]) }));
  }
}

// Points parted where a value is missing.
function parted(points) {
  const runs = [[]];
  for (const point of points) {
    if (point) runs.at(-1).push(point);
    else if (runs.at(-1).length > 0) runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}

const line = (run) => run.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)},${y.toFixed(1)}`).join("");
