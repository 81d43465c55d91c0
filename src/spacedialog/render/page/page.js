// Filter, sort and expand. Without this script the page shows everything and hides the controls.
"use strict";
{
  const table = document.getElementById("_table");
  const controls = document.getElementById("_controls");
  if (table) start(table, controls, document.getElementById("_shown"));

  function start(table, controls, shown) {
    const words = controls.querySelector("input");
    const choices = [...controls.querySelectorAll("select[data-by]")];
    const sorting = controls.querySelector(".sorting select");
    const heads = [...table.tHead.rows[0].cells];
    const names = heads.map((head) => head.textContent);
    const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    const compare = new Intl.Collator("en", { numeric: true }).compare;
    const items = [...table.tBodies].map((body) => ({ body, text: "", keys: null }));

    const read = () => {
      for (const item of items) {
        // The citation is left out, because it has the same words for every commitment.
        const last = item.body.querySelector(".fold")?.lastElementChild;
        const cited = last?.matches(".cite") ? last.textContent : "";
        item.text ||= plain(item.body.textContent.replace(cited, ""));
      }
    };

    const filter = () => {
      const wanted = plain(words.value).split(/\s+/).filter(Boolean);
      const chosen = choices.filter((choice) => choice.value);
      if (wanted.length) read();
      let count = 0;
      for (const item of items) {
        const matches =
          chosen.every((choice) => item.body.dataset[choice.dataset.by].split(" ").includes(choice.value)) &&
          wanted.every((word) => item.text.includes(word));
        if (item.body.hidden === matches) item.body.hidden = !matches;
        count += matches;
      }
      shown.textContent = `${count} of ${items.length} shown`;
    };

    const sort = (column, down) => {
      const sign = down ? -1 : 1;
      for (const item of items)
        item.keys ??= [...item.body.rows[0].cells].map((cell) => cell.dataset.key ?? cell.textContent);
      // Empty values come last in both directions.
      const by = (a, b) =>
        (a.keys[column] === "") - (b.keys[column] === "") || sign * compare(a.keys[column], b.keys[column]);
      table.append(...(column === null ? items : [...items].sort(by)).map((item) => item.body));
      heads.forEach((head, number) => {
        if (number === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
      sorting.value = column === null ? "" : `${column} ${down ? 1 : 0}`;
    };

    const all = () => {
      words.value = "";
      for (const choice of choices) choice.value = "";
      filter();
    };

    const unfold = () => {
      let name = location.hash.slice(1);
      try {
        name = decodeURIComponent(name);
      } catch {
        return;
      }
      const target = document.getElementById(name);
      const body = target?.closest("tbody");
      if (!body) return;
      if (body.hidden) all();
      body.querySelector("details")?.setAttribute("open", "");
      target.scrollIntoView();
    };

    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(column, head.getAttribute("aria-sort") === "ascending"));
      head.append(button);
      for (const down of [0, 1])
        sorting.add(new Option(names[column] + (down ? ", descending" : ""), `${column} ${down}`));
    });
    sorting.addEventListener("change", () => {
      const [column, down] = sorting.value.split(" ");
      sort(column === "" ? null : Number(column), down === "1");
    });
    // The texts are read before the first word is typed, so that it does not have to wait for them.
    words.addEventListener("focus", read, { once: true });
    words.addEventListener("input", filter);
    for (const choice of choices) choice.addEventListener("change", filter);
    controls.querySelector("button").addEventListener("click", all);
    // A second click on a ref does not change the hash, but has to scroll to it again.
    document.addEventListener("click", (event) => {
      if (event.target.closest?.('a[href^="#"]')) setTimeout(unfold);
    });
    addEventListener("hashchange", unfold);
    controls.hidden = false;
    // After Back, a browser restores the words and choices, but not the rows.
    addEventListener("pageshow", filter);
    filter();
    unfold();
  }
}
