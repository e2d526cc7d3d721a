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
  const { dimensions, claims, edits, findings, part: PART, tiles: TILES, columns: COLUMNS } = JSON.parse(held.textContent);
  const OTHERS = "others";
  const WARN = 2;
  const names = Object.keys(dimensions);
  const chosen = Object.fromEntries(names.map((name) => [name, -1]));

  const has = (value, key) => (Array.isArray(value) ? value.includes(key) : value === key);
  const matches = (rows, place, without) =>
    names.every((name) => name === without || chosen[name] < 0 || !rows[name] || has(rows[name][place], chosen[name]));
  // Of one edit each claim is in one row; without an edit the rows are of claims, each of which is in one.
  const population = () => (chosen.edit < 0 ? claims : edits);
  // What is in the first part is not marked: in a report what was scrubbed, in a comparison what goes as before.
  const noParts = () => dimensions[PART].values.map(() => [0, 0]);
  const summed = (dimension, without) => {
    const rows = population();
    const sums = new Map();
    for (let place = 0; place < rows.cents.length; place += 1) {
      if (!matches(rows, place, without)) continue;
      const key = dimension ? rows[dimension][place] : 0;
      const sum = sums.get(key) || { key, claims: 0, cents: 0, parts: noParts() };
      const part = sum.parts[rows[PART][place]];
      sum.claims += rows.claims[place];
      sum.cents += rows.cents[place];
      part[0] += rows.claims[place];
      part[1] += rows.cents[place];
      sums.set(key, sum);
    }
    for (const sum of sums.values()) {
      sum.markedClaims = sum.claims - sum.parts[0][0];
      sum.markedCents = sum.cents - sum.parts[0][1];
    }
    return [...sums.values()];
  };
  const isMarked = (place) => (edits.severity ? edits.severity[place] !== WARN : edits[PART][place] !== 0);
  const summedByEdit = (without) => {
    const sums = new Map();
    for (let place = 0; place < edits.cents.length; place += 1) {
      if (!matches(edits, place, without)) continue;
      const key = edits.edit[place];
      const sum = sums.get(key) || { key, claims: 0, markedClaims: 0, markedCents: 0, alone: 0, aloneCents: 0, severities: new Set(), parts: noParts() };
      sum.claims += edits.claims[place];
      if (edits.severity) sum.severities.add(edits.severity[place]);
      if (isMarked(place)) {
        sum.markedClaims += edits.claims[place];
        sum.markedCents += edits.cents[place];
        sum.parts[edits[PART][place]][1] += edits.cents[place];
        if (edits.aloneCents) {
          sum.alone += edits.aloneClaims[place];
          sum.aloneCents += edits.aloneCents[place];
        }
      }
      sums.set(key, sum);
    }
    return [...sums.values()];
  };
  const isFaded = (dimension, key) => chosen[dimension] >= 0 && chosen[dimension] !== key;
  const label = (dimension, key) => dimensions[dimension].values[key].label;

  const byMarked = (a, b) => b.markedCents - a.markedCents || b.claims - a.claims || a.key - b.key;
  const MOST_BARS = 12;
  const MOST_FINDINGS = 50;
  const bar = (dimension, key, part, order, cents) => ({ key, label: label(dimension, key), part, order, faded: isFaded(dimension, key), dollars: cents / 100 });
  const barsOfParts = (dimension, sums) => sums.flatMap((sum) => sum.parts.slice(1).map(([, cents], place) =>
    bar(dimension, sum.key, label(PART, place + 1), place + 1, cents)));
  const barsOfEdits = () => {
    const sums = summedByEdit("edit").filter((sum) => sum.markedCents).sort(byMarked).slice(0, MOST_BARS);
    if (!edits.aloneCents) return barsOfParts("edit", sums).filter((row) => row.dollars);
    return sums.flatMap((sum) => [
      bar("edit", sum.key, "by this edit alone", 0, sum.aloneCents),
      bar("edit", sum.key, "with other edits", 1, sum.markedCents - sum.aloneCents),
    ].filter((row) => row.dollars));
  };
  const barsOf = (dimension) => {
    if (dimension === "edit") return barsOfEdits();
    const sums = summed(dimension, dimension);
    if (dimension === PART) {
      return sums.sort((a, b) => a.key - b.key).map((sum) => bar(PART, sum.key, label(PART, sum.key), sum.key, sum.cents));
    }
    if (dimension === "week") return barsOfParts(dimension, sums.sort((a, b) => a.key - b.key));
    const isDrawn = (sum) => sum.markedCents && dimensions[dimension].values[sum.key].key !== OTHERS;
    return barsOfParts(dimension, sums.filter(isDrawn).sort(byMarked).slice(0, MOST_BARS)).filter((row) => row.dollars);
  };

  const fill = (section, heads, rows) => {
    const table = one("table", section);
    const head = made("tr", {}, ...heads.map(([title, kind]) =>
      made("th", { scope: "col", className: kind }, made("button", { type: "button", textContent: title }))));
    const body = made("tbody", {}, ...rows.map((cells) => made("tr", {}, ...cells.map(([shown, key], place) => {
      const cell = made("td", { className: heads[place][1] });
      cell.dataset.sort = key;
      cell.append(...[shown].flat());
      return cell;
    }))));
    table.replaceChildren(made("thead", {}, head), body);
    sortable(table);
  };
  const SEVERITIES = ["reject", "pend", "warn"];
  const linkTo = (edit, words = edit) => made("a", { href: `#edit-${edit}`, textContent: words });
  const cellOf = (kind, value) => {
    if (value === null || value === "") return ["–", ""];
    if (kind === "money") return [dollars(value), value];
    return [kind === "count" ? count(value) : String(value), String(value)];
  };
  // What a column shows: its own way, or the value of its name.
  const editCell = (place) => {
    const { key } = dimensions.edit.values[place];
    return [linkTo(key), key];
  };
  const findingCells = {
    edit: (place) => editCell(findings.edit[place]),
    severity: (place) => cellOf("text", SEVERITIES[findings.severity[place]]),
    // Pairs of an edit and what it says otherwise.
    why: (place) => [findings.why[place].flatMap(([edit, words]) => [made("div", {}, linkTo(edit), ` ${words}`)]), findings.why[place].join(" ")],
  };
  const tableOfFindings = (section) => {
    const shown = [];
    for (let place = 0; place < findings.cents.length && shown.length < MOST_FINDINGS; place += 1) {
      if (matches(findings, place)) shown.push(place);
    }
    const cell = (place, kind, name) => (findingCells[name] ? findingCells[name](place) : cellOf(kind, findings[name][place]));
    fill(section, COLUMNS.finding, shown.map((place) => COLUMNS.finding.map(([, kind, name]) => cell(place, kind, name))));
  };
  const sumCells = {
    edit: (sum) => editCell(sum.key),
    severity: (sum) => cellOf("text", SEVERITIES[Math.min(...sum.severities)]),
    about: (sum) => cellOf("text", dimensions.edit.values[sum.key].about),
    change: (sum) => cellOf("text", dimensions.edit.values[sum.key].change),
    share: (sum) => [share(sum.markedCents, sum.cents), sum.cents ? sum.markedCents / sum.cents : ""],
  };
  const tableOf = (section, dimension) => {
    const isOfEdits = dimension === "edit";
    const columns = isOfEdits ? COLUMNS.edit : [[dimensions[dimension].title, "text", "name"], ...COLUMNS.others];
    const cell = (sum, kind, name) => {
      if (name === "name") return cellOf("text", label(dimension, sum.key));
      return sumCells[name] ? sumCells[name](sum) : cellOf(kind, sum[name]);
    };
    const sums = isOfEdits ? summedByEdit().sort(byMarked)
      : summed(dimension).sort((a, b) => (dimension === "week" ? a.key - b.key : b.markedCents - a.markedCents || b.cents - a.cents));
    fill(section, columns, sums.map((sum) => columns.map(([, kind, name]) => cell(sum, kind, name))));
  };

  const tiles = () => {
    const [sum] = summed();
    const whole = sum || { claims: 0, cents: 0, markedClaims: 0, markedCents: 0, parts: noParts() };
    const figures = {
      all: () => [whole.claims, whole.cents],
      marked: () => [whole.markedClaims, whole.markedCents],
      alone: () => summedByEdit().reduce((total, each) => [total[0] + each.alone, total[1] + each.aloneCents], [0, 0]),
    };
    one("#tiles").replaceChildren(...TILES.map(({ name, of, words, kind }) => {
      const [number, cents] = figures[of] ? figures[of]() : whole.parts[of];
      const said = words.replace("{claims}", count(number)).replace("{share}", share(cents, whole.cents));
      return made("div", { className: `tile ${kind}` },
        made("span", { className: "name", textContent: name }), made("b", { textContent: dollars(cents) }), made("span", { textContent: said }));
    }));
  };

  // A chart is drawn anew under each choice: Vega keeps a scale in the order in which it first saw its names.
  const views = new Map();
  let drawing = Promise.resolve();
  const drawCharts = async () => {
    for (const section of all("section.breakdown:has(.chart)")) {
      const place = one(".chart", section);
      const { dimension } = section.dataset;
      const spec = specOf(place);
      spec.data.values = barsOf(dimension);
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
      if (dimension === "finding") tableOfFindings(section);
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
