// Search the index in the page. Without this script, the page links to the list of all commitments.
"use strict";
{
  const most = 100, around = 80;
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const input = document.getElementById("_words");
  const found = document.getElementById("_found");
  const count = document.getElementById("_count");
  const rows = JSON.parse(document.getElementById("_index").textContent).map(([path, ...texts]) => ({
    path, texts, plain: texts.map(plain), all: plain(texts.join("\n")),
  }));

  const made = (name, text, kind = "") => {
    const element = document.createElement(name);
    element.textContent = text;
    element.className = kind;
    return element;
  };

  const passage = (row, words) => {
    const matching = row.plain.map((text) => words.filter((word) => text.includes(word)).length);
    const at = matching.indexOf(Math.max(...matching.slice(4)), 4);
    if (!matching[at]) return "";
    const place = Math.min(...words.map((word) => row.plain[at].indexOf(word)).filter((start) => start >= 0));
    const text = row.texts[at], begin = Math.max(0, place - around), end = place + around;
    return (begin ? "…" : "") + text.slice(begin, end) + (end < text.length ? "…" : "");
  };

  const item = (row, words) => {
    const [ref, title, status, due] = row.texts;
    const link = made("a", ref, "ref");
    link.href = row.path;
    const line = made("li", "");
    line.append(link, " ", made("bdi", title), " ");
    line.append(made("span", [status.replace("-", " "), due && `due ${due}`].filter(Boolean).join(", "), "muted"));
    line.append(made("bdi", passage(row, words), "passage muted small"));
    return line;
  };

  const find = () => {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    const matching = words.length ? rows.filter((row) => words.every((word) => row.all.includes(word))) : [];
    const rank = (row) => words.filter((word) => row.plain[0].includes(word) || row.plain[1].includes(word)).length;
    matching.sort((a, b) => rank(b) - rank(a));
    found.replaceChildren(...matching.slice(0, most).map((row) => item(row, words)));
    const total = `${matching.length} of ${rows.length} commitments`;
    count.textContent = words.length ? total + (matching.length > most ? `; the first ${most} are shown` : "") : "";
  };

  input.value ||= new URLSearchParams(location.search).get("q") ?? "";
  input.addEventListener("input", find);
  document.getElementById("_controls").hidden = false;
  document.getElementById("_without").hidden = true;
  find();
}
