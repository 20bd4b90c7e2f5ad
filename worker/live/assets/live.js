/* Asks /live.json every other second and draws it.  What comes from pages (headlines, addresses, hosts) becomes text
   nodes and checked addresses only, never markup. */
"use strict";

const EVERY_MS = 2000;
const MARKS = { failing: "✗ failing", worse: "▼ worse", ok: "✓ ok", few: "· few pages" };
const charts = {};
let paused = false;
let failures = 0;

const byId = (id) => document.getElementById(id);
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const count = (value) => Math.round(value).toLocaleString("en");
const rate = (value) => value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 1 : 0 });
const percent = (share) => `${Math.round(share * 100)} %`;

function duration(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172800 ? `${(seconds / 3600).toFixed(1)} h` : `${Math.round(seconds / 86400)} d`;
}

/* A new element; `content` is text, a node or a list of both. */
function element(tag, attributes = {}, content = []) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value != null) node.setAttribute(name, value);
  node.append(...[content].flat());
  return node;
}

function time(at, now) {
  const text = `${duration(Math.max(0, now - Date.parse(at) / 1000))} ago`;
  return element("time", { datetime: at }, text);
}

/* The address if a browser may be sent there, else null. */
function safe(address) {
  try {
    const url = new URL(address);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function languageName(tag) {
  if (!tag) return "language unknown";
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/* A record without an address has no host. */
const hostName = (host) => (host === "unknown" ? "no address" : host);

function headline(item, now) {
  const attributes = { class: item.title ? "headline" : "headline none" };
  if (item.title) Object.assign(attributes, { dir: item.direction, lang: item.language });
  const address = safe(item.url);
  const link = address ? { href: address, rel: "noopener noreferrer nofollow", target: "_blank" } : {};
  const title = element(address ? "a" : "span", { ...attributes, ...link }, item.title ?? "without a headline");
  const part = item.part === "embedded" ? " · embedded" : "";
  const facts = ` · ${languageName(item.language)} · confidence ${percent(item.confidence)}${part} · `;
  const about = element("p", { class: "about" }, [element("bdi", {}, item.host), facts, time(item.at, now)]);
  return element("li", {}, [title, about]);
}

function letter(item, now) {
  const at = item.position;
  const place = at ? ` · ${at.topic}, partition ${at.partition}, offset ${at.offset} · ` : " · ";
  return element("li", {}, [
    element("span", { class: "reason" }, item.reason), " ", element("bdi", {}, item.detail),
    element("p", { class: "about" }, [element("bdi", {}, hostName(item.host)), place, time(item.at, now)]),
  ]);
}

/* The roles are said again for narrow windows, where a row is laid out as a grid and would lose them. */
function source(item) {
  const number = (name, text) => element("td", { class: "number", role: "cell", "data-name": name }, text);
  return element("tr", { role: "row" }, [
    element("th", { scope: "row", role: "rowheader" }, element("bdi", {}, item.host)),
    element("td", { class: item.health, role: "cell" }, MARKS[item.health] ?? item.health),
    number("pages", count(item.pages)), number("articles", percent(item.article_share)),
    number("confidence", percent(item.confidence)),
  ]);
}

function outcome([name, pages], all) {
  return element("tr", { class: name === "article" ? "article" : null }, [
    element("th", { scope: "row" }, name),
    element("td", {}, element("progress", { max: all, value: pages, "aria-label": percent(pages / all) })),
    element("td", { class: "number" }, count(pages)),
  ]);
}

/* Replace the children of a list or table body; show the note beside it when there are none. */
function fill(id, nodes) {
  const place = byId(id);
  place.replaceChildren(...nodes);
  const empty = place.closest("section").querySelector(".empty");
  if (empty) empty.hidden = nodes.length > 0;
}

function axis(side, scale, values) {
  const grid = { stroke: style("--line"), width: 1 };
  return { side, scale, values, stroke: style("--soft"), grid, ticks: grid, size: 56, font: "12px system-ui" };
}

const clock = (_, ticks) => ticks.map((tick) => new Date(tick * 1000).toTimeString().slice(0, 5));

function line(label, colour, scale, value) {
  const stroke = style(colour);
  return { label, scale, stroke, width: 2, fill: `${stroke}22`, points: { show: false }, spanGaps: true, value: (_, v) => (v == null ? "–" : value(v)) };
}

function chart(id, series, values) {
  const place = byId(id);
  const options = {
    width: place.clientWidth, height: 200, cursor: { drag: { x: false, y: false } },
    scales: { x: { time: true }, y: { range: (_, low, high) => [0, Math.max(1, high * 1.1)] } },
    axes: [axis(2, "x", clock), axis(3, "y", values)],
    series: [{ label: "Time", value: (_, v) => (v == null ? "–" : new Date(v * 1000).toTimeString().slice(0, 8)) }, ...series],
  };
  charts[id]?.destroy();
  charts[id] = new uPlot(options, [[], ...series.map(() => [])], place);
}

function makeCharts() {
  const rates = (_, ticks) => ticks.map(rate);
  const durations = (_, ticks) => ticks.map(duration);
  chart("chart-pages", [line("Pages/s", "--accent", "y", rate), line("Dead letters/s", "--bad", "y", rate)], rates);
  chart("chart-lag", [line("Time behind", "--warn", "y", duration)], durations);
}

/* New values; the legend shows the latest unless somebody points at others. */
function plot(id, times, ...values) {
  const chosen = charts[id];
  chosen.setData([times, ...values]);
  if (chosen.cursor.idx == null) chosen.setLegend({ idx: values[0].findLastIndex((value) => value != null) });
}

function drawCharts(series) {
  plot("chart-pages", series.times, series.pages, series.dead);
  plot("chart-lag", series.times, series.lag_seconds);
  const highest = (values) => Math.max(0, ...values.filter((value) => value != null));
  byId("caption-pages").textContent = `At most ${rate(highest(series.pages))} pages a second in the last 15 minutes.`;
  byId("caption-lag").textContent = `At most ${duration(highest(series.lag_seconds))} and ${count(highest(series.lag_records))} pages behind.`;
}

function drawFigures(now) {
  byId("pages-now").textContent = rate(now.pages_per_second);
  byId("bytes-now").textContent = rate(now.bytes_per_second / 1e6);
  byId("lag-records").textContent = count(now.lag_records);
  byId("lag-seconds").textContent = duration(now.lag_seconds);
  byId("lag-seconds").classList.toggle("warn", now.lag_seconds > 60);
}

function summary(state) {
  const { alive, processes, assigned } = state.processes;
  const trouble = state.trouble ? `, the brokers do not answer (${state.trouble})` : "";
  return `${alive} of ${processes} processes run, ${assigned} partitions${trouble}`;
}

function draw(state) {
  byId("instance").textContent = state.instance;
  byId("version").textContent = `Newsmill ${state.version}, up for ${duration(state.at - state.started)}`;
  drawFigures(state.now);
  drawCharts(state.series);
  const outcomes = Object.entries(state.outcomes).sort(([, a], [, b]) => b - a);
  const all = outcomes.reduce((sum, [, pages]) => sum + pages, 0);
  fill("outcomes", outcomes.map((entry) => outcome(entry, all)));
  fill("headlines", state.headlines.map((item) => headline(item, state.at)));
  fill("letters", state.letters.map((item) => letter(item, state.at)));
  fill("sources", state.sources.map(source));
}

function say(text, bad) {
  const status = byId("status");
  if (status.textContent !== text) status.textContent = text;
  status.classList.toggle("bad", bad);
}

async function refresh() {
  if (paused || document.hidden) return;
  try {
    const response = await fetch("live.json", { cache: "no-store" });
    if (!response.ok) throw new Error(`answer ${response.status}`);
    const state = await response.json();
    draw(state);
    failures = 0;
    say(summary(state), state.trouble != null || state.processes.alive < state.processes.processes);
  } catch (error) {
    failures += 1;
    if (failures > 1) say(`The worker does not answer (${error.message})`, true);
  }
}

byId("pause").addEventListener("click", (event) => {
  paused = !paused;
  event.target.setAttribute("aria-pressed", String(paused));
  if (paused) say("Paused", false);
  refresh();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { makeCharts(); refresh(); });
new ResizeObserver(() => {
  for (const [id, plot] of Object.entries(charts)) plot.setSize({ width: byId(id).clientWidth, height: 200 });
}).observe(document.body);
makeCharts();
refresh();
setInterval(refresh, EVERY_MS);
