(() => {
  "use strict";
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const one = (selector, inside = document) => inside.querySelector(selector);
  const made = (name, members = {}, ...children) => {
    const element = Object.assign(document.createElement(name), members);
    element.append(...children);
    return element;
  };
  const dollars = (cents) => (cents / 100).toLocaleString("en-US", { style: "currency", currency: "USD" });
  const count = (value) => value.toLocaleString("en-US");
  const share = (part, whole) => (whole ? `${((part / whole) * 100).toFixed(1)}%` : "–");

  // Charts ----------------------------------------------------------------------------------------------------------
  const CONFIG = {
    background: "transparent",
    font: "system-ui, sans-serif",
    view: { stroke: null },
    axis: { labelFontSize: 12, gridOpacity: 0.35, domainOpacity: 0.5, tickOpacity: 0.5 },
    legend: { labelFontSize: 12, symbolType: "square" },
  };
  const OPTIONS = {
    mode: "vega-lite",
    renderer: "svg",
    actions: false,
    ast: true,
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    config: CONFIG,
  };
  const draw = (place, spec) => window.vegaEmbed(place, spec, OPTIONS).then((drawn) => {
    place.dataset.drawn = "true";
    return drawn.view;
  });
  const specOf = (place) => JSON.parse(place.nextElementSibling.textContent);

  // Tables ----------------------------------------------------------------------------------------------------------
  const isNumber = (head) => ["count", "money", "share"].includes(head.className);
  const sort = (button) => {
    const head = button.closest("th");
    const table = head.closest("table");
    const column = [...head.parentElement.children].indexOf(head);
    const before = head.getAttribute("aria-sort");
    const descends = before ? before === "ascending" : isNumber(head);
    for (const each of all("th", table)) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", descends ? "descending" : "ascending");
    const key = (row) => row.children[column].dataset.sort;
    const compare = isNumber(head)
      ? (a, b) => (key(a) === "" ? -Infinity : Number(key(a))) - (key(b) === "" ? -Infinity : Number(key(b)))
      : (a, b) => key(a).localeCompare(key(b), "en-US", { numeric: true });
    const body = table.tBodies[0];
    const rows = [...body.rows].sort((a, b) => (descends ? -1 : 1) * (compare(a, b) || 0));
    body.append(...rows);
  };
  const sortable = (table) => {
    for (const button of all("thead button", table)) button.addEventListener("click", () => sort(button));
  };
  const show = (table) => {
    const wanted = (table.dataset.search || "").toLowerCase();
    for (const row of table.tBodies[0].rows) {
      row.hidden = wanted !== "" && !row.textContent.toLowerCase().includes(wanted);
    }
  };
  for (const table of all("table.sortable")) {
    sortable(table);
    const search = one(".search input", table.closest("section"));
    if (search) search.addEventListener("input", () => {
      table.dataset.search = search.value;
      show(table);
    });
  }
  for (const place of all("section:not(.breakdown) .chart")) draw(place, specOf(place));

  // Figures under filters -------------------------------------------------------------------------------------------
  const held = one("#figures");
  if (!held) return;
  const { dimensions, claims, edits, findings } = JSON.parse(held.textContent);
  const OTHERS = "others";
  const WARN = 2;
  const SCRUBBED = 0;
  const names = Object.keys(dimensions);
  const chosen = Object.fromEntries(names.map((name) => [name, -1]));

  const matches = (rows, place, without) =>
    names.every((name) => name === without || chosen[name] < 0 || !rows[name] || rows[name][place] === chosen[name]);
  // Of one edit each claim is in one row; without an edit the rows are of claims, each of which is in one.
  const population = () => (chosen.edit < 0 ? claims : edits);
  const summed = (dimension, without) => {
    const rows = population();
    const sums = new Map();
    for (let place = 0; place < rows.cents.length; place += 1) {
      if (!matches(rows, place, without)) continue;
      const key = dimension ? rows[dimension][place] : 0;
      const sum = sums.get(key) || { key, claims: 0, cents: 0, parts: [[0, 0], [0, 0], [0, 0]] };
      const part = sum.parts[rows.disposition[place]];
      sum.claims += rows.claims[place];
      sum.cents += rows.cents[place];
      part[0] += rows.claims[place];
      part[1] += rows.cents[place];
      sums.set(key, sum);
    }
    for (const sum of sums.values()) {
      sum.heldClaims = sum.claims - sum.parts[SCRUBBED][0];
      sum.heldCents = sum.cents - sum.parts[SCRUBBED][1];
    }
    return [...sums.values()];
  };
  const summedByEdit = (without) => {
    const sums = new Map();
    for (let place = 0; place < edits.cents.length; place += 1) {
      if (!matches(edits, place, without)) continue;
      const key = edits.edit[place];
      const sum = sums.get(key) || { key, claims: 0, heldClaims: 0, heldCents: 0, alone: 0, aloneCents: 0, severities: new Set() };
      sum.claims += edits.claims[place];
      sum.severities.add(edits.severity[place]);
      if (edits.severity[place] !== WARN) {
        sum.heldClaims += edits.claims[place];
        sum.heldCents += edits.cents[place];
        sum.alone += edits.aloneClaims[place];
        sum.aloneCents += edits.aloneCents[place];
      }
      sums.set(key, sum);
    }
    return [...sums.values()];
  };
  const isFaded = (dimension, key) => chosen[dimension] >= 0 && chosen[dimension] !== key;
  const label = (dimension, key) => dimensions[dimension].values[key].label;

  const byHeld = (a, b) => b.heldCents - a.heldCents || b.claims - a.claims || a.key - b.key;
  const MOST_BARS = 12;
  const MOST_FINDINGS = 50;
  const chartRows = {
    edit: () => summedByEdit("edit").filter((sum) => sum.heldCents).sort(byHeld).slice(0, MOST_BARS)
      .flatMap((sum) => [
        { key: sum.key, label: label("edit", sum.key), part: "by this edit alone", order: 0, faded: isFaded("edit", sum.key), dollars: sum.aloneCents / 100 },
        { key: sum.key, label: label("edit", sum.key), part: "with other edits", order: 1, faded: isFaded("edit", sum.key), dollars: (sum.heldCents - sum.aloneCents) / 100 },
      ].filter((row) => row.dollars)),
    disposition: () => summed("disposition", "disposition").sort((a, b) => a.key - b.key)
      .map((sum) => ({ key: sum.key, label: label("disposition", sum.key), part: label("disposition", sum.key), order: sum.key, faded: isFaded("disposition", sum.key), dollars: sum.cents / 100 })),
  };
  const heldRows = (dimension) => {
    const sums = summed(dimension, dimension);
    const isWeek = dimension === "week";
    const isDrawn = (sum) => sum.heldCents && dimensions[dimension].values[sum.key].key !== OTHERS;
    const shown = isWeek ? sums.sort((a, b) => a.key - b.key) : sums.filter(isDrawn).sort((a, b) => b.heldCents - a.heldCents).slice(0, MOST_BARS);
    return shown.flatMap((sum) => [1, 2].map((part) => ({
      key: sum.key, label: label(dimension, sum.key), part: label("disposition", part), order: part, faded: isFaded(dimension, sum.key), dollars: sum.parts[part][1] / 100,
    })));
  };

  const fill = (section, heads, rows) => {
    const table = one("table", section);
    const head = made("tr", {}, ...heads.map(([title, kind]) =>
      made("th", { scope: "col", className: kind }, made("button", { type: "button", textContent: title }))));
    const body = made("tbody", {}, ...rows.map((cells) => made("tr", {}, ...cells.map(([text, key, href], place) => {
      const cell = made("td", { className: heads[place][1] });
      cell.dataset.sort = key;
      cell.append(href ? made("a", { href, textContent: text }) : text);
      return cell;
    }))));
    table.replaceChildren(made("thead", {}, head), body);
    sortable(table);
  };
  const tableOfFindings = (section) => {
    const shown = [];
    for (let place = 0; place < findings.cents.length && shown.length < MOST_FINDINGS; place += 1) {
      if (matches(findings, place)) shown.push(place);
    }
    const text = (value) => [value === null ? "–" : String(value), value === null ? "" : String(value)];
    const key = (name, place) => text(dimensions[name].values[findings[name][place]].key || null);
    const called = (name, place) => text(findings[`${name}Name`][place] || null);
    fill(
      section,
      [["claim (outcome id)", "text"], ["charge", "money"], ["edit", "text"], ["severity", "text"], ["line", "count"], ["drug", "text"], ["payer", "text"],
        ["NPI", "text"], ["received", "day"], ...(findings.message ? [["patient control number", "text"], ["finding", "text"]] : [])],
      shown.map((place) => {
        const [edit] = key("edit", place);
        return [text(findings.outcome[place]), [dollars(findings.cents[place]), findings.cents[place]], [edit, edit, `#edit-${edit}`],
          text(SEVERITIES[findings.severity[place]]), text(findings.line[place]), called("drug", place), called("payer", place), called("npi", place),
          text(findings.received[place]), ...(findings.message ? [text(findings.controlNumber[place]), text(findings.message[place])] : [])];
      }),
    );
  };
  const SEVERITIES = ["reject", "pend", "warn"];
  const tableOfEdits = (section) => fill(
    section,
    [["edit", "text"], ["what it finds", "text"], ["severity", "text"], ["claims", "count"], ["held", "money"], ["by it alone", "money"], ["claims by it alone", "count"]],
    summedByEdit().sort(byHeld).map((sum) => {
      const { key, about } = dimensions.edit.values[sum.key];
      const severity = SEVERITIES[Math.min(...sum.severities)];
      return [[key, key, `#edit-${key}`], [about, about], [severity, severity], [count(sum.claims), sum.claims],
        [dollars(sum.heldCents), sum.heldCents], [dollars(sum.aloneCents), sum.aloneCents], [count(sum.alone), sum.alone]];
    }),
  );
  const tableOf = (section, dimension) => fill(
    section,
    [[dimensions[dimension].title, "text"], ["claims", "count"], ["billed", "money"], ["claims held", "count"], ["held", "money"], ["held of billed", "share"]],
    summed(dimension).sort((a, b) => (dimension === "week" ? a.key - b.key : b.heldCents - a.heldCents || b.cents - a.cents)).map((sum) => {
      const name = label(dimension, sum.key);
      return [[name, name], [count(sum.claims), sum.claims], [dollars(sum.cents), sum.cents], [count(sum.heldClaims), sum.heldClaims],
        [dollars(sum.heldCents), sum.heldCents], [share(sum.heldCents, sum.cents), sum.cents ? sum.heldCents / sum.cents : ""]];
    }),
  );

  const tiles = () => {
    const [sum] = summed();
    const whole = sum || { claims: 0, cents: 0, heldClaims: 0, heldCents: 0, parts: [[0, 0], [0, 0], [0, 0]] };
    const alone = summedByEdit().reduce((total, each) => [total[0] + each.alone, total[1] + each.aloneCents], [0, 0]);
    const tile = (name, figure, words, kind = "") => made("div", { className: `tile ${kind}` },
      made("span", { className: "name", textContent: name }), made("b", { textContent: figure }), made("span", { textContent: words }));
    one("#tiles").replaceChildren(
      tile("Billed", dollars(whole.cents), `${count(whole.claims)} claims`),
      tile("At risk: held", dollars(whole.heldCents), `${count(whole.heldClaims)} claims, ${share(whole.heldCents, whole.cents)} of what was billed`, "held"),
      tile("Rejected", dollars(whole.parts[1][1]), `${count(whole.parts[1][0])} claims`, "rejected"),
      tile("Pended", dollars(whole.parts[2][1]), `${count(whole.parts[2][0])} claims`, "pended"),
      tile("Held by one edit alone", dollars(alone[1]), `${count(alone[0])} claims that one correction frees`),
    );
  };

  // A chart is drawn anew under each choice: Vega keeps a scale in the order in which it first saw its names.
  const views = new Map();
  let drawing = Promise.resolve();
  const rowsOf = (section) => (chartRows[section.dataset.dimension] || (() => heldRows(section.dataset.dimension)))();
  const drawCharts = async () => {
    for (const section of all("section.breakdown:has(.chart)")) {
      const place = one(".chart", section);
      const { dimension } = section.dataset;
      const spec = specOf(place);
      spec.data.values = rowsOf(section);
      section.classList.toggle("empty", spec.data.values.length === 0);
      place.style.minHeight = `${place.clientHeight}px`; // so that the page does not jump in between
      views.get(section)?.finalize();
      const view = await draw(place, spec);
      place.style.minHeight = "";
      view.addEventListener("click", (_, item) => {
        if (!item || !item.datum || item.datum.key === undefined) return;
        choose(dimension, chosen[dimension] === item.datum.key ? -1 : item.datum.key);
      });
      views.set(section, view);
    }
    document.body.dataset.ready = "true";
  };
  const update = () => {
    tiles();
    for (const section of all("section.breakdown")) {
      const { dimension } = section.dataset;
      if (dimension === "finding") {
        tableOfFindings(section);
        continue;
      }
      if (dimension === "edit") tableOfEdits(section);
      else tableOf(section, dimension);
    }
    const said = names.filter((name) => chosen[name] >= 0).map((name) => `${dimensions[name].title}: ${label(name, chosen[name])}`);
    one("#chosen").textContent = said.length ? `Shown: ${said.join("; ")}` : "Shown: all claims";
    for (const select of all("#filters select")) select.value = String(chosen[select.name]);
    drawing = drawing.then(drawCharts);
  };
  const choose = (name, key) => {
    chosen[name] = key;
    update();
  };

  const form = one("#filters");
  for (const name of names) {
    const select = made("select", { name }, made("option", { value: "-1", textContent: "all" }),
      ...dimensions[name].values.map((each, place) => made("option", { value: String(place), textContent: each.label })));
    select.addEventListener("change", () => choose(name, Number(select.value)));
    form.append(made("label", {}, dimensions[name].title, select));
  }
  const reset = made("button", { type: "button", textContent: "Show all" });
  reset.addEventListener("click", () => {
    for (const name of names) chosen[name] = -1;
    update();
  });
  form.append(reset);
  form.addEventListener("submit", (event) => event.preventDefault());

  update();
  const closed = [];
  window.addEventListener("beforeprint", () => {
    for (const each of all("details:not([open])")) {
      each.open = true;
      closed.push(each);
    }
  });
  window.addEventListener("afterprint", () => {
    for (const each of closed.splice(0)) each.open = false;
  });
})();
