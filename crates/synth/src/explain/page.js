"use strict";
(() => {
  const main = document.getElementById("function");
  const table = document.getElementById("summary");
  const filter = document.getElementById("filter");
  const body = table.tBodies[0];
  let shown = null;

  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const hex = (number) => "0x" + number.toString(16);
  const plural = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;

  // The table of functions.

  const visible = () => [...body.rows].filter((row) => !row.hidden);
  const link = (row) => row.querySelector("a");
  const current = () => body.querySelector("tr[aria-current]");

  filter.addEventListener("input", () => {
    const wanted = filter.value.toLowerCase();
    for (const row of body.rows) {
      row.hidden = !link(row).textContent.toLowerCase().includes(wanted);
    }
  });
  filter.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && visible().length > 0) location.hash = link(visible()[0]).hash;
  });

  table.tHead.addEventListener("click", (event) => {
    const head = event.target.closest("th");
    if (!head) return;
    const column = head.cellIndex;
    const isName = head.classList.contains("name");
    const order = head.getAttribute("aria-sort") === (isName ? "ascending" : "descending");
    const cell = (row) => row.cells[column].textContent;
    const compare = isName
      ? (a, b) => (cell(a) < cell(b) ? -1 : cell(a) > cell(b) ? 1 : 0)
      : (a, b) => Number(cell(a)) - Number(cell(b));
    const ascending = isName ? !order : order;
    const rows = [...body.rows].sort((a, b) => (ascending ? compare(a, b) : compare(b, a)));
    body.append(...rows);
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  });

  const step = (by) => {
    const rows = visible();
    const next = rows[rows.indexOf(current()) + by];
    if (next) location.hash = link(next).hash;
  };

  // A function.

  const column = (title) => {
    const box = make("section", "column");
    const bar = make("div", "bar");
    bar.append(make("h3", "", title));
    const lines = make("div", "lines");
    lines.tabIndex = 0;
    lines.setAttribute("role", "group");
    lines.setAttribute("aria-label", title);
    box.append(bar, lines);
    return { box, bar, lines };
  };

  const place = (data, key) => {
    const [number, offset] = key.split(".");
    const name = Number(number) === data.number ? "" : `${data.names[number] ?? "?"}+`;
    return `${name}0x${offset}`;
  };

  const addLine = (lines, keys, className) => {
    const row = make("div", className);
    if (keys.length > 0) row.dataset.keys = keys.join(" ");
    lines.append(row);
    return row;
  };

  const showWasm = (data, lines) => {
    for (const [title, input, body] of data.wasm) {
      const head = title === "" ? input : `inlined: ${title} (${input})`;
      addLine(lines, [], "head").textContent = head;
      for (const [text, keys] of body) {
        const row = addLine(lines, keys);
        const at = keys.length > 0 ? "0x" + keys[0].split(".")[1] : "";
        row.append(make("span", "at", at), make("span", "", text));
      }
    }
    if (data.wasm.length === 0) {
      addLine(lines, [], "head").textContent = "made by the compiler";
    }
  };

  // Each version is given by what differs from the one before.
  const rebuild = (data, wanted) => {
    let before = [];
    for (let i = 0; i <= wanted; i++) {
      const after = [];
      const changes = [];
      let from = 0;
      for (const edit of data.versions[i][1]) {
        if (typeof edit !== "number") {
          after.push(edit);
          changes.push(["add", edit]);
        } else if (edit > 0) {
          for (const line of before.slice(from, from + edit)) {
            after.push(line);
            changes.push(["", line]);
          }
          from += edit;
        } else {
          for (const line of before.slice(from, from - edit)) changes.push(["del", line]);
          from -= edit;
        }
      }
      if (i === wanted) return { lines: after, changes };
      before = after;
    }
    return { lines: [], changes: [] };
  };

  // Lines without change beyond which they are counted, not shown.
  const CONTEXT = 3;

  const showVersion = (data, lines, wanted, isDiff) => {
    lines.replaceChildren();
    if (data.versions.length === 0) return;
    const version = rebuild(data, wanted);
    const add = ([text, keys], className) => {
      const row = addLine(lines, keys, className);
      row.append(make("span", "", text));
      if (keys.length > 0) row.append(make("span", "note", place(data, keys[0])));
    };
    if (!isDiff || wanted === 0) {
      for (const line of version.lines) add(line, "");
      return;
    }
    const isNear = version.changes.map(() => false);
    version.changes.forEach(([kind], i) => {
      if (kind === "") return;
      for (let j = Math.max(0, i - CONTEXT); j <= i + CONTEXT && j < isNear.length; j++) {
        isNear[j] = true;
      }
    });
    let left = 0;
    const flush = () => {
      if (left > 0) addLine(lines, [], "same").textContent = `… ${plural(left, "line")} the same`;
      left = 0;
    };
    version.changes.forEach(([kind, line], i) => {
      if (!isNear[i]) {
        left += 1;
        return;
      }
      flush();
      add([`${kind === "add" ? "+" : kind === "del" ? "-" : " "} ${line[0]}`, line[1]], kind);
    });
    flush();
  };

  const showCode = (data, lines) => {
    const total = data.blocks.reduce((sum, block) => sum + block[3] * block[4], 0) || 1;
    let next = 0;
    let share = 0;
    for (const [offset, encoding, text, note, cycles, keys] of data.code) {
      while (next < data.blocks.length && data.blocks[next][0] <= offset) {
        const [at, depth, bytes, once, weight] = data.blocks[next];
        share = (once * weight) / total;
        const percent = Math.round(100 * share);
        addLine(lines, [], "head").textContent =
          `block ${hex(at)}: ${plural(bytes, "byte")}, ${plural(once, "cycle")} × ${weight}` +
          ` in ${plural(depth, "loop")}, ${percent} %`;
        next += 1;
      }
      const row = addLine(lines, keys);
      row.style.boxShadow = `inset 4px 0 rgba(var(--hot), ${share.toFixed(2)})`;
      row.append(
        make("span", "at", offset.toString(16)),
        make("span", "enc", encoding),
        make("span", "cyc", cycles === null ? "" : String(cycles)),
        make("span", "", text),
      );
      if (note !== "") row.append(make("span", "note", note));
    }
  };

  // What stands for one place is marked in all columns.

  const mark = (keys) => {
    for (const row of main.querySelectorAll(".lines > div")) {
      const own = row.dataset.keys ? row.dataset.keys.split(" ") : [];
      row.classList.toggle("hit", keys.length > 0 && own[0] === keys[0]);
      row.classList.toggle(
        "near",
        keys.length > 0 && own[0] !== keys[0] && own.includes(keys[0]),
      );
    }
  };

  const reveal = (from) => {
    for (const lines of main.querySelectorAll(".lines")) {
      if (lines.contains(from)) continue;
      const hit = lines.querySelector(".hit, .near");
      if (!hit) continue;
      const top = hit.offsetTop - lines.offsetTop;
      if (top < lines.scrollTop || top > lines.scrollTop + lines.clientHeight - 40) {
        lines.scrollTop = top - lines.clientHeight / 3;
      }
    }
  };

  const keysOf = (row) => (row?.dataset.keys ? row.dataset.keys.split(" ") : []);
  const rowOf = (target) => target.closest?.(".lines > div") ?? null;

  const choose = (row) => {
    shown.chosen = keysOf(row);
    main.querySelector(".cursor")?.classList.remove("cursor");
    row?.classList.add("cursor");
    mark(shown.chosen);
    if (row) reveal(row);
    const places = shown.chosen.map((key) => place(shown.data, key));
    document.getElementById("status").textContent =
      places.length > 0 ? `wasm offset ${places.join(", inlined at ")}` : "";
  };

  main.addEventListener("click", (event) => {
    const row = rowOf(event.target);
    if (row && shown) choose(row);
  });
  main.addEventListener("mouseover", (event) => {
    const row = rowOf(event.target);
    if (row && shown) mark(row.dataset.keys ? keysOf(row) : shown.chosen);
  });
  main.addEventListener("mouseleave", () => shown && mark(shown.chosen));

  const show = (index) => {
    const source = document.getElementById(`data-${index}`);
    if (!source) return;
    const data = JSON.parse(source.textContent);
    shown = { data, chosen: [] };
    const wasm = column("wasm");
    const code = column("machine code");
    const ir = column("representation");
    const select = make("select");
    select.setAttribute("aria-label", "after which pass");
    data.versions.forEach(([passes], i) => {
      const option = make("option", "", `after ${passes}`);
      option.value = i;
      select.append(option);
    });
    const isDiff = make("input");
    isDiff.type = "checkbox";
    const label = make("label");
    label.append(isDiff, " changes");
    ir.bar.append(select, label);
    const update = () => {
      showVersion(data, ir.lines, Number(select.value), isDiff.checked);
      mark(shown.chosen);
    };
    select.addEventListener("change", update);
    isDiff.addEventListener("change", update);
    select.value = String(data.versions.length - 1);
    showWasm(data, wasm.lines);
    showCode(data, code.lines);
    const columns = make("div", "columns");
    columns.append(wasm.box, ir.box, code.box);
    const status = make("p");
    status.id = "status";
    status.setAttribute("role", "status");
    main.replaceChildren(make("h2", "", data.name), status, columns);
    update();
    current()?.removeAttribute("aria-current");
    const row = [...body.rows].find((r) => link(r).hash === `#f${index}`);
    row?.setAttribute("aria-current", "true");
    row?.scrollIntoView({ block: "nearest" });
  };

  const showHash = () => {
    const found = /^#f(\d+)$/.exec(location.hash);
    if (found) show(Number(found[1]));
  };
  window.addEventListener("hashchange", showHash);

  const moveCursor = (by) => {
    const lines = document.activeElement?.closest?.(".lines") ?? main.querySelector(".lines");
    if (!lines) return;
    lines.focus();
    const rows = [...lines.children];
    let at = rows.findIndex((row) => row.classList.contains("cursor"));
    if (at < 0) at = by > 0 ? -1 : rows.length;
    const row = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
    if (row) {
      choose(row);
      row.scrollIntoView({ block: "nearest" });
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isTyping = event.target.matches("input, select");
    if (event.key === "Escape") {
      if (event.target === filter) filter.blur();
      else if (shown) choose(null);
      return;
    }
    if (isTyping) return;
    const actions = {
      "/": () => filter.focus(),
      n: () => step(1),
      p: () => step(-1),
      ArrowDown: () => shown && moveCursor(1),
      ArrowUp: () => shown && moveCursor(-1),
    };
    if (event.target.closest("nav") && event.key.startsWith("Arrow")) return;
    if (actions[event.key]) {
      event.preventDefault();
      actions[event.key]();
    }
  });

  if (location.hash === "" && body.rows.length > 0) show(0);
  else showHash();
})();
