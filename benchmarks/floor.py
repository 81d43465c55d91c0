"""The floor: a minimal script that answers each query from the same database and prints the same rows as the program.

    python floor.py QUERY DB [ARGUMENT …]

Its time is the least that a Python program can take. It uses only `sqlite3` and `json`, one SQL statement where one is
enough, and has neither options nor validation. It leaves out conflicts, assessments and review dates, which the data do
not have. It imports nothing of the program, so that only Python, SQLite and the rows are timed.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from datetime import date, datetime, timedelta

TYPE_CHECKING = False  # importing typing would add a tenth to the measured time
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    Row = tuple[Any, ...]
    Named = dict[str, Any]

FOREVER = "9999-12-32"
NOW = "{0}.valid_from <= :day AND :day < {0}.valid_to"
UNSETTLED = "c.status NOT IN ('complete', 'withdrawn')"
LIST = (
    "ref", "dialogue", "area", "kind", "title", "strength", "lead", "partners", "status", "percent", "due",
    "due_earliest", "due_latest", "owner", "review", "flags", "updated_on", "source",
)  # fmt: skip
EVENT = (
    "ref", "commitment", "title", "when", "earliest", "latest", "state", "opens_in_days", "closes_in_days", "recurs",
    "source",
)  # fmt: skip
AREA = (
    "area", "title", "commitments", "checked", "unknown", "complete", "in_progress", "overdue", "closing",
    "next_milestone", "dialogue", "unevidenced",
)  # fmt: skip
TODO = (
    "ref", "commitment", "title", "reasons", "due", "due_earliest", "due_latest", "opens_in_days", "closes_in_days",
    "owner", "review", "checked_on", "checked_days", "why",
)  # fmt: skip
OVERDUE = f"c.due_latest < :day AND {UNSETTLED}"
CLOSING = f"c.due_latest BETWEEN :day AND :closing AND {UNSETTLED}"
CHECKED = (
    "iif(c.checked <= :day, c.checked,"
    " ifnull((SELECT max(k.day) FROM check_day AS k WHERE k.item = c.item AND k.day <= :day), ''))"
)
COLUMNS = (
    "c.ref, c.dialogue, c.area, c.kind, c.title, c.strength, c.lead, c.partners, c.status, c.percent, c.due,"
    f" c.due_earliest, c.due_latest, c.owner, c.review, {OVERDUE}, {CLOSING}, iif({UNSETTLED}, {CHECKED}, NULL),"
    " c.slipped, c.unevidenced, c.updated, c.source"
)
COUNTS = (
    f"count(*), sum({CHECKED} <> ''), sum(c.status = 'unknown'), sum(c.status = 'complete'),"
    " sum(c.status = 'in-progress')"
)
EVENTS = f"""
    SELECT c.ref AS ref, c.ref AS commitment, c.title AS title, c.due AS "when", c.due_earliest AS earliest,
        c.due_latest AS latest, iif(c.status = 'complete', 'met', c.status) AS status, NULL AS recurs,
        c.dialogue AS dialogue, c.area AS area, c.item AS item, c.source AS source
    FROM commitment AS c WHERE c.due IS NOT NULL AND {NOW.format("c")}
    UNION ALL
    SELECT m.ref, c.ref, m.title, m."when", m.earliest, m.latest,
        iif(c.status = 'withdrawn' AND m.status <> 'met', c.status, m.status), m.recurs, c.dialogue, c.area, m.item,
        m.source
    FROM milestone AS m JOIN commitment AS c ON c.item = m.item AND {NOW.format("c")} WHERE {NOW.format("m")}
"""
UNMET = "status NOT IN ('met', 'withdrawn')"
FIRST = "ORDER BY ifnull(latest, '9999-12-31'), ifnull(earliest, ''), ref LIMIT 5"
HELD = f"LEFT JOIN dialogue AS d ON d.key = c.dialogue AND {NOW.format('d')}"
BY_REF = "d.held DESC, c.dialogue DESC, length({0}.ref), {0}.ref"
DATED = f"""
    SELECT e.ref, e.commitment, e.title, e."when", earliest, latest, c.owner, c.review, {CHECKED}, c.unevidenced,
        CASE WHEN latest < :day THEN 'overdue' WHEN latest <= :closing THEN 'closing' ELSE 'opening' END AS reason
    FROM ({EVENTS}) AS e JOIN commitment AS c ON c.item = e.item AND {NOW.format("c")} {HELD}
    WHERE e.{UNMET} AND (latest <= :closing OR earliest > :day AND earliest <= :closing)
    ORDER BY reason = 'opening', reason = 'closing', iif(reason = 'opening', earliest, latest),
        {BY_REF.format("e")} LIMIT :limit
"""
UNDATED = f"""
    SELECT c.ref, c.ref, c.title, c.due, c.due_earliest, c.due_latest, c.owner, c.review, {CHECKED} AS check_,
        c.unevidenced, NULL
    FROM commitment AS c {HELD}
    WHERE {NOW.format("c")} AND (c.unevidenced OR {UNSETTLED} AND {CHECKED} <= :stale)
    ORDER BY c.unevidenced DESC, iif(c.unevidenced, '', check_), {BY_REF.format("c")}
"""

encode = json.JSONEncoder(ensure_ascii=False).encode
out = sys.stdout


def connect(db: str) -> sqlite3.Connection:
    """Open a read-only connection."""
    return sqlite3.connect(f"file:{db}?mode=ro", uri=True)


def days(day: str) -> Named:
    """Return the SQL parameters for the flags: the day, the last day of `closing` and the last check of `stale`."""
    today = date.fromisoformat(day)
    closing, stale = today + timedelta(60), today - timedelta(180)
    return {"day": day, "closing": closing.isoformat(), "stale": stale.isoformat()}


def show(form: str, day: str, fields: tuple[str, ...], rows: Iterable[Row]) -> None:
    """Write the rows in the program's JSON envelope, or separated by tabs."""
    if form == "json":
        out.write(f'{{"schema_version": 1, "as_of": "{day}", "data": ')
        mark = "[\n"
        for row in rows:
            out.write(mark + encode(dict(zip(fields, row, strict=True))))
            mark = ",\n"
        out.write("[]}\n" if mark == "[\n" else "\n]}\n")
        return
    out.write("\t".join(fields) + "\n")
    for row in rows:
        out.write("\t".join([cell(value) for value in row]) + "\n")


def show_one(day: str, data: Any) -> None:
    """Write one object in the program's JSON envelope."""
    out.write(f'{{"schema_version": 1, "as_of": "{day}", "data": {encode(data)}}}\n')


def cell(value: Any) -> str:
    """Return a value as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(value)
    if isinstance(value, dict):
        return "; ".join(f"{name}={part}" for name, part in value.items())
    return str(value)


def listed(row: Row, stale: str) -> Row:
    """Return a row of `COLUMNS` with its flags and partners as lists; `stale` is the last check of that flag."""
    overdue, closing, checked, slipped, unevidenced = row[15:20]
    flags = ["overdue"] if overdue else ["closing"] if closing else []
    if checked is not None and checked <= stale:
        flags.append("stale" if checked else "unchecked")
    if slipped:
        flags.append("slipped")
    if unevidenced:
        flags.append("unevidenced")
    return *row[:7], json.loads(row[7]), *row[8:15], flags, *row[20:]


def commitments(db: str, day: str, condition: str, **values: str) -> Iterable[Row]:
    """Return the commitments that match an SQL condition on a day, newest dialogue first, ordered by ref."""
    connection, parameters = connect(db), days(day)
    sql = f"SELECT d.key FROM dialogue AS d WHERE {NOW.format('d')} ORDER BY d.held DESC, d.key"
    keys = [key for (key,) in connection.execute(sql, parameters)]
    sql = (
        f"SELECT {COLUMNS} FROM commitment AS c WHERE {NOW.format('c')} AND {condition}"
        " ORDER BY c.dialogue, c.number, c.ref_key"
    )
    stale = parameters["stale"]
    rows = (listed(row, stale) for row in connection.execute(sql, {**parameters, **values}))
    return rows if len(keys) < 2 else sorted(rows, key=lambda row: keys.index(row[1]))


def list_all(db: str, day: str, form: str) -> None:
    """Print `list`."""
    show(form, day, LIST, commitments(db, day, "TRUE"))


def list_area(db: str, day: str, form: str, area: str, status: str) -> None:
    """Print `list --area --status`."""
    show(form, day, LIST, commitments(db, day, "c.area = :area AND c.status = :status", area=area, status=status))


def list_due(db: str, day: str, form: str, after: str, before: str) -> None:
    """Print `list --status open --due-after --due-before`."""
    condition = (
        "c.due_latest > :after AND c.due_latest < :before"
        " AND +c.status IN ('unknown', 'not-started', 'in-progress', 'stalled')"
    )
    show(form, day, LIST, commitments(db, day, condition, after=after, before=before))


def list_text(db: str, day: str, form: str, word: str) -> None:
    """Print `list --text WORD`."""
    condition = (
        "c.item IN (SELECT w.item FROM words_fts AS f JOIN words AS w ON w.id = f.rowid"
        ' WHERE words_fts MATCH :match AND w."on" <= :day)'
    )
    show(form, day, LIST, commitments(db, day, condition, match=f'"{word}"*'))


def event(row: Row, day: str, today: int) -> Row:
    """Return a row of `EVENTS` as a row of `EVENT`; `today` is the ordinal of `day`."""
    ref, commitment, title, when, earliest, latest, status, recurs, *_, source = row
    if status in ("met", "withdrawn"):
        state = status
    elif latest and latest < day:
        state = "overdue"
    else:
        state = "upcoming" if earliest and earliest > day else "open"
    opens, closes = days_to(earliest, today), days_to(latest, today)
    return ref, commitment, title, when, earliest, latest, state, opens, closes, recurs, source


def days_to(day: str | None, today: int) -> Any:
    """Return the number of days from `today` (an ordinal) to a day, negative in the past; None without a day."""
    return date.fromisoformat(day).toordinal() - today if day else None


def occurrences(rows: Iterable[Row], day: str, until: str | None) -> Iterator[Row]:
    """Yield the events; a recurring one once for each occurrence up to a day, or three times without one."""
    today = date.fromisoformat(day).toordinal()
    for row in rows:
        if row[7] is None:
            yield event(row, day, today)
            continue
        step = int(row[7].split()[0])
        for year in range(int(row[3]), 10_000 if until else int(row[3]) + 3 * step, step):
            if until and f"{year}-01-01" > until:
                break
            yield event((*row[:3], str(year), f"{year}-01-01", f"{year}-12-31", *row[6:]), day, today)


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Sort events by their windows."""
    return sorted(rows, key=lambda row: (row[5] or "9999-12-31", row[4] or "", row[0]))


def upcoming(db: str, day: str, form: str, until: str = "") -> None:
    """Print `upcoming` until a day, or all of it; overdue events come first."""
    within = "AND (earliest <= :until OR latest <= :until)" if until else ""
    rows = connect(db).execute(f"SELECT * FROM ({EVENTS}) WHERE {UNMET} {within}", {"day": day, "until": until})
    events = in_order(occurrences(rows, day, until or None))
    show(form, day, EVENT, sorted(events, key=lambda row: row[6] != "overdue"))


def todo_rows(connection: sqlite3.Connection, day: str, limit: int = -1) -> list[Row]:
    """Return the first rows of `todo`, or all of them."""
    parameters = {**days(day), "limit": limit}
    rows = connection.execute(DATED, parameters).fetchall()
    if not 0 <= limit <= len(rows):
        dated = {row[0] for row in rows}
        rows += [row for row in connection.execute(UNDATED, parameters) if row[0] not in dated]
    today, stale = date.fromisoformat(day).toordinal(), parameters["stale"]
    return [todo_row(row, today, stale) for row in rows[: None if limit < 0 else limit]]


def todo_row(row: Row, today: int, stale: str) -> Row:
    """Return a row of `DATED` or `UNDATED` as a row of `TODO`; `today` is an ordinal."""
    ref, commitment, title, due, earliest, latest, owner, review, checked, unevidenced, reason = row
    opens, closes, since = days_to(earliest, today), days_to(latest, today), days_to(checked, today)
    why = {}
    if reason == "overdue":
        why[reason] = f"overdue by {rounded(-closes)}"
    elif reason == "closing":
        why[reason] = f"in {rounded(closes)}" if opens == closes > 0 else f"closes in {rounded(closes)}"
    elif reason == "opening":
        why[reason] = f"opens in {rounded(opens)}"
    if ref == commitment:
        if unevidenced:
            why["unevidenced"] = "complete without evidence"
        elif not checked:
            why["unchecked"] = "never checked"
        elif checked <= stale:
            why["stale"] = f"last checked {rounded(-since)} ago"
    head = ref, commitment, title, list(why), due, earliest, latest, opens, closes, owner, review
    return *head, checked or None, -since if checked else None, "; ".join(why.values())


def rounded(number: int) -> str:
    """Return a number of days in days, months or years."""
    if number < 120:
        return f"{number} day" if number == 1 else f"{number} days"
    return f"{round(number / 30.44)} months" if number < 1460 else f"{round(number / 365.25)} years"


def todo(db: str, day: str, form: str) -> None:
    """Print `todo`."""
    show(form, day, TODO, todo_rows(connect(db), day))


def area_rows(connection: sqlite3.Connection, day: str) -> list[Row]:
    """Return the areas with their counts and next events."""
    parameters = days(day)
    counts = {
        row[:2]: row[2:]
        for row in connection.execute(
            f"SELECT c.dialogue, c.area, {COUNTS}, ifnull(sum({OVERDUE}), 0), ifnull(sum({CLOSING}), 0),"
            f" sum(c.unevidenced) FROM commitment AS c WHERE {NOW.format('c')} GROUP BY c.dialogue, c.area",
            parameters,
        )
    }
    following = {
        row[:2]: {"ref": row[2], "title": row[3], "when": row[4]}
        for row in connection.execute(
            "SELECT dialogue, area, ref, title, \"when\", min(latest || ifnull(earliest, '') || ' ' || ref)"
            f" FROM ({EVENTS}) WHERE {UNMET} AND latest >= :day GROUP BY dialogue, area",
            parameters,
        )
    }
    titles = connection.execute(
        "SELECT a.key, a.title, a.dialogue FROM area AS a JOIN dialogue AS d ON d.key = a.dialogue"
        f" AND {NOW.format('d')} WHERE {NOW.format('a')} AND EXISTS (SELECT 1 FROM commitment AS c"
        " WHERE c.dialogue = a.dialogue AND c.area = a.key AND c.valid_from <= :day)"
        " ORDER BY d.held DESC, d.key, a.position, a.key",
        parameters,
    )
    counted = [(key, title, dialogue, counts.get((dialogue, key), (0,) * 8)) for key, title, dialogue in titles]
    return [
        (key, title, *count[:-1], following.get((dialogue, key)), dialogue, count[-1])
        for key, title, dialogue, count in counted
    ]


def areas(db: str, day: str, form: str) -> None:
    """Print `areas`."""
    show(form, day, AREA, area_rows(connect(db), day))


def overview(db: str, day: str, form: str) -> None:
    """Print `overview`."""
    connection, parameters = connect(db), days(day)
    fields = ("key", "series", "number", "title", "place", "when", "host", "heads", "note")
    sql = f"SELECT d.fields FROM dialogue AS d WHERE {NOW.format('d')} ORDER BY d.held DESC, d.key"
    records = [json.loads(text) for (text,) in connection.execute(sql, parameters)]
    names = ("commitments", "checked", "unknown", "complete", "in_progress", "unevidenced")
    figures: dict[str, Named] = {record["key"]: dict.fromkeys(names, 0) for record in records}
    last_checks = []
    for key, *numbers, last_check in connection.execute(
        f"SELECT c.dialogue, {COUNTS}, sum(c.unevidenced), min(iif({UNSETTLED}, nullif({CHECKED}, ''), NULL))"
        f" FROM commitment AS c WHERE {NOW.format('c')} GROUP BY c.dialogue",
        parameters,
    ):
        figures[key] = dict(zip(names, numbers, strict=True))
        last_checks += [last_check] if last_check else []
    dialogues = [
        {name: record[name] for name in fields if name in record} | figures[record["key"]] for record in records
    ]
    total, checked, _, complete, _, unevidenced = (sum(row[name] for row in figures.values()) for name in names)
    oldest = (date.fromisoformat(day) - date.fromisoformat(min(last_checks))).days if last_checks else None
    counts = dict.fromkeys(("unknown", "not-started", "in-progress", "stalled", "complete", "withdrawn"), 0)
    sql = f"SELECT c.status, count(*) FROM commitment AS c WHERE {NOW.format('c')} GROUP BY c.status"
    counts |= dict(connection.execute(sql, parameters).fetchall())
    rows = connection.execute(
        f"SELECT * FROM ({EVENTS}) WHERE {UNMET} AND recurs IS NULL AND ifnull(latest, '9999') >= :day {FIRST}",
        parameters,
    ).fetchall()
    rows += connection.execute(f"SELECT * FROM ({EVENTS}) WHERE {UNMET} AND recurs IS NOT NULL", parameters)
    events = [event for event in in_order(occurrences(rows, day, None)) if event[6] != "overdue"]
    data: Named = {
        "dialogues": dialogues,
        "coverage": {
            **{"commitments": total, "checked": checked, "oldest_open_check_days": oldest},
            **{"complete": complete, "unevidenced": unevidenced},
        },
        "statuses": counts,
        "areas": [dict(zip(AREA, row, strict=True)) for row in area_rows(connection, day)],
        "todo": [dict(zip(TODO[:-1], row[:-1], strict=True)) for row in todo_rows(connection, day, 5)],
        "next": [dict(zip(EVENT, event, strict=True)) for event in events[:5]],
        "position": None,
    }
    if form == "json":
        show_one(day, data)
        return
    shown = [("dialogue", dialogue["key"], dialogue["title"]) for dialogue in dialogues]
    shown += [("coverage", name, value) for name, value in data["coverage"].items()]
    shown += [("status", name, count) for name, count in counts.items()]
    shown += [("area", f"{row['dialogue']}/{row['area']}", row["commitments"]) for row in data["areas"]]
    shown += [("todo", row["ref"], ", ".join(row["reasons"])) for row in data["todo"]]
    shown += [("next", row["ref"], row["when"]) for row in data["next"]]
    show(form, day, ("section", "name", "value"), shown)


def show_ref(db: str, day: str, form: str, ref: str) -> None:
    """Print `show REF`; only for a commitment that was never rescheduled, in a record that is not shared."""
    connection, parameters = connect(db), days(day)
    (item,) = connection.execute("SELECT item FROM commitment WHERE ref_key = ?", (ref.casefold(),)).fetchone()
    parameters["item"] = item
    row = connection.execute(
        f"SELECT {COLUMNS}, {CHECKED} FROM commitment AS c WHERE c.item = :item AND {NOW.format('c')}", parameters
    ).fetchone()
    assert not connection.execute("SELECT count(*) FROM redating WHERE item = ?", (item,)).fetchone()[0]
    sql = f"SELECT * FROM ({EVENTS}) WHERE item = :item"
    events = in_order(occurrences(connection.execute(sql, parameters), day, None))
    refs = dict(connection.execute("SELECT milestone, ref FROM milestone WHERE item = ?", (item,)).fetchall())
    history: list[Named] = []
    fields: Named = {}
    for id_, ts, on, author, kind, text, is_retracted in connection.execute(
        'SELECT l.id, l.ts, l."on", l.author, l.kind, l.body, r.change IS NOT NULL FROM change AS l'
        ' LEFT JOIN retracted AS r ON r.change = l.id WHERE l.item = ? AND l."on" <= ?'
        " ORDER BY iif(l.author = 'spacedialog', l.ts / 1000000 * 1000000, l.ts), l.\"on\", l.ts, l.id",
        (item, day),
    ):
        body = json.loads(text)
        if "milestone" not in body:
            fields |= body.get("set", {})
        moment = datetime(1970, 1, 1) + timedelta(microseconds=ts)  # noqa: DTZ001  # counted and written in UTC
        history.append(
            {
                "id": id_,
                "recorded_at": moment.isoformat(timespec="microseconds") + "Z",
                "on": on,
                "author": author,
                "ref": refs.get(body.get("milestone"), row[0]),
                "kind": kind,
                "changed": body.get("set", {}),
                "note": body.get("note"),
                "evidence": (body.get("evidence") or "").splitlines(),
                "retracted": bool(is_retracted),
                "ignored": False,
                "after_evidence": False,
                "internal": body.get("internal", False),
            }
        )
    sql = f"SELECT d.fields FROM dialogue AS d WHERE d.key = :key AND {NOW.format('d')}"
    dialogue = json.loads(connection.execute(sql, {**parameters, "key": row[1]}).fetchone()[0])
    documents = {
        document["key"]: {name: document[name] for name in ("title", "url") if name in document}
        for document in dialogue.get("documents", ())
    }
    meanings = dialogue.get("grades", {})
    data = {
        "commitment": dict(zip(LIST, listed(row[:-1], parameters["stale"]), strict=True)),
        "checked_on": row[-1] or None,
        "quote": fields.get("quote"),
        "criterion": fields.get("criterion"),
        "detail": fields.get("detail"),
        "difference": fields.get("difference"),
        "omitted_by": fields.get("omitted_by", []),
        "sources": [
            {**source, **documents.get(source["document"], {}), "meaning": meanings.get(source.get("grade"))}
            for source in fields.get("sources", ())
        ],
        "milestones": [dict(zip(EVENT, event, strict=True)) for event in events],
        "slips": [],
        "history": history,
        "conflicts": [],
        "assessments": [],
        "carries_on": [],
        "carried_on_by": [],
        "criterion_after_evidence": False,
    }
    if form == "json":
        show_one(day, data)
        return
    hidden = ("percent", "due_earliest", "due_latest", "source")
    pairs = [(name, value) for name, value in data["commitment"].items() if name not in hidden and value]
    named = ("criterion", "quote", "detail", "difference", "omitted_by", "checked_on")
    pairs += [(name, data[name]) for name in named if data[name]]
    pairs += [("source", source["document"]) for source in data["sources"]]
    pairs += [("milestone", f"{event[0]} {event[3]} {event[2]}") for event in events]
    pairs += [("history", f"{entry['on']} {entry['ref']} {entry['kind']}: {entry['note'] or ''}") for entry in history]
    show(form, day, ("field", "value"), pairs)


def export(db: str) -> None:
    """Print `export --format jsonl`; the bodies are stored as JSON."""
    out.write('{"format": "spacedialog-log/1"}\n')
    names = ("id", "ts", "on", "author", "kind", "item", "base")
    for *row, body, sha, seq in connect(db).execute(
        'SELECT id, ts, "on", author, kind, item, base, body, sha, seq FROM change ORDER BY ts, id'
    ):
        head = encode(dict(zip(names, row, strict=True)))
        out.write(f'{head[:-1]}, "body": {body}, {encode({"sha": sha, "seq": seq})[1:]}\n')


def complete(db: str, beginning: str) -> None:
    """Print the refs that bash completion offers for a beginning."""
    low = beginning.casefold()
    rows = connect(db).execute(
        "SELECT DISTINCT ref FROM commitment WHERE ref_key >= ? AND ref_key < ? ORDER BY dialogue, number LIMIT 200",
        (low, low + "\U0010ffff"),
    )
    for (ref,) in rows:
        out.write(ref + "\n")


def writing(db: str) -> sqlite3.Connection:
    """Open a connection and begin a durable write transaction."""
    connection = sqlite3.connect(db, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("BEGIN IMMEDIATE")
    return connection


def _entry_id(ts: int) -> str:
    return f"{ts >> 48:08x}-0000-7000-8000-{ts & 0xFFFF_FFFF_FFFF:012x}"


INSERT = 'INSERT INTO change (id, ts, "on", author, kind, item, base, body, sha) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'


def mark(db: str, day: str, ref: str, status: str) -> None:
    """Do `mark REF STATUS`: add one row to the log and update one commitment."""
    connection = writing(db)
    item, row, title = connection.execute(
        "SELECT item, id, title FROM commitment WHERE ref_key = ? AND valid_to = ?", (ref.casefold(), FOREVER)
    ).fetchone()
    (ts,) = connection.execute("SELECT max(ts) + 1 FROM change").fetchone()
    body = encode({"set": {"status": status}, "v": 2})
    connection.execute(INSERT, (_entry_id(ts), ts, day, "floor", "set", item, None, body, f"{ts:064}"))
    connection.execute(
        "UPDATE commitment SET status = ?, updated = ?, status_on = ?, checked = ? WHERE id = ?",
        (status, day, day, day, row),
    )
    connection.execute("INSERT INTO check_day (item, day) VALUES (?, ?)", (item, day))
    connection.execute("COMMIT")
    show_one(day, {"did": "marked", "ref": ref, "title": title, "status": status})


def check(db: str, day: str, ref: str) -> None:
    """Do `check REF`: add one row to the log and update the last check of one commitment."""
    connection = writing(db)
    item, row, title = connection.execute(
        "SELECT item, id, title FROM commitment WHERE ref_key = ? AND valid_to = ?", (ref.casefold(), FOREVER)
    ).fetchone()
    (ts,) = connection.execute("SELECT max(ts) + 1 FROM change").fetchone()
    connection.execute(INSERT, (_entry_id(ts), ts, day, "floor", "check", item, None, '{"v":2}', f"{ts:064}"))
    connection.execute("UPDATE commitment SET checked = ? WHERE id = ?", (day, row))
    connection.execute("INSERT INTO check_day (item, day) VALUES (?, ?)", (item, day))
    connection.execute("COMMIT")
    show_one(day, {"did": "checked", "ref": ref, "title": title})


def add(db: str, day: str, area: str, title: str) -> None:
    """Do `add TITLE`: add one row to the log and one commitment."""
    connection = writing(db)
    dialogue, number = connection.execute(
        "SELECT dialogue, number + 1 FROM commitment WHERE dialogue = (SELECT key FROM dialogue ORDER BY held DESC)"
        " ORDER BY number DESC LIMIT 1"
    ).fetchone()
    (ts,) = connection.execute("SELECT max(ts) + 1 FROM change").fetchone()
    ref = f"{dialogue}-{number:02}"
    values = {"ref": ref, "dialogue": dialogue, "area": area, "title": title, "status": "unknown"}
    body = encode({"set": values, "type": "commitment", "v": 2})
    connection.execute(INSERT, (_entry_id(ts), ts, day, "floor", "create", ref, None, body, f"{ts:064}"))
    connection.execute(
        f"INSERT INTO commitment ({COMMITMENT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'agreement', ?, 'firm', NULL, '[]',"
        " 'unknown', NULL, NULL, NULL, NULL, 0, ?, ?, '', '')",
        (ref, day, FOREVER, ref, ref.casefold(), number, dialogue, area, title, day, day),
    )
    connection.execute("COMMIT")
    show_one(day, {"did": "added", "ref": ref, "title": title})


COMMITMENT = (
    "item, valid_from, valid_to, ref, ref_key, number, dialogue, area, kind, title, strength, lead, partners, status,"
    " percent, due, due_earliest, due_latest, slipped, updated, status_on, source, checked"
)
ROWS = {
    "change": 'id, ts, "on", author, kind, item, base, body, sha',
    "commitment": COMMITMENT,
    "involved": "item, valid_from, valid_to, dialogue, party, leads",
    "milestone": 'item, valid_from, valid_to, milestone, ref, ref_key, title, "when", earliest, latest, recurs, status,'
    " source",
    "redating": 'change, item, day, "on", old, new',
    "check_day": "item, day",
    "words": 'item, field, text, "on", until',
    "cited": "item, valid_from, valid_to, dialogue, document",
    "area": "item, valid_from, valid_to, key, dialogue, title, position",
    "party": "item, valid_from, valid_to, key, dialogue, name, side",
    "dialogue": "item, valid_from, valid_to, key, held, fields",
}
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
BATCH = 5_000


def window(edtf: str, known: dict[str, tuple[str, str]]) -> tuple[str, str]:
    """Return the first and the last day of a date in one of the forms of benchmarks.data; `known` caches them."""
    if edtf not in known:
        first, _, last = edtf.partition("/")
        known[edtf] = span(first)[0], span(last or first)[1]
    return known[edtf]


def span(text: str) -> tuple[str, str]:
    """Return the first and the last day of a date that is not an interval."""
    text = text.rstrip("~?%")
    year, code = text[:4], int(text[5:7] or 0)
    if len(text) == 10:
        return text, text
    if not code:
        return f"{year}-01-01", f"{year}-12-31"
    first, length = (code, 1) if code <= 12 else (3 * code - 60, 3) if code <= 24 else (3 * code - 98, 3)
    if code >= 40:
        first, length = 6 * code - 239, 6
    last, to = first + length - 1, int(year)
    if last > 12:
        last, to = last - 12, to + 1
    leap = last == 2 and to % 4 == 0 and (to % 100 != 0 or to % 400 == 0)
    return f"{year}-{first:02}-01", f"{to}-{last:02}-{LENGTHS[last - 1] + leap}"


def import_(db: str, schema: str, file: str, now: str) -> None:
    """Do `import FILE` for a data file in JSON Lines: write the same rows, without hashes, fold and validation.

    `now` is the time of recording, in µs since 1970 (UTC).

    The indexes are created after the rows, and the words are indexed in one step, as SQLite's authors advise for bulk
    loads.
    """
    connection = sqlite3.connect(db, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -64000")
    with open(schema, encoding="utf-8") as text:  # noqa: PTH123  # pathlib takes longer to import
        statements = statements_of(text)
    index_statements = [sql for sql in statements if sql.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX"))]
    connection.execute("BEGIN")
    for sql in statements:
        if sql not in index_statements:
            connection.execute(sql)
    buffered: dict[str, list[Row]] = {table: [] for table in ROWS}
    entries, ts = 0, int(now)
    # The day of recording in UTC, and in the westernmost time zone.
    recorded = [
        date.fromordinal(date(1970, 1, 1).toordinal() + (ts - hours * 3_600_000_000) // 86_400_000_000).isoformat()
        for hours in (0, 12)
    ]

    def flush() -> None:
        for table, rows in buffered.items():
            marks = ", ".join("?" * (ROWS[table].count(",") + 1))
            connection.executemany(f"INSERT INTO {table} ({ROWS[table]}) VALUES ({marks})", rows)
            rows.clear()

    canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode

    def append(on: str, kind: str, item: str, body: Named) -> str:
        nonlocal entries
        entries += 1
        id_ = f"00000000-0000-7000-8000-{entries:012}"
        buffered["change"].append((id_, ts, on, "floor", kind, item, None, canonical(body), f"{entries:064}"))
        return id_

    with open(file, encoding="utf-8") as lines:  # noqa: PTH123  # pathlib takes longer to import
        dialogue, known = "", dict[str, tuple[str, str]]()
        day, item = "", ""
        state: Named = {}
        row: list[Any] = []
        checks: set[str] = set()
        for line in lines:
            values = json.loads(line)
            if "on" in values:
                on, ref = values.pop("on"), values.pop("ref")
                note, evidence = values.pop("note", ""), values.pop("evidence")
                id_ = append(on, "set", item, {"set": values, "note": note, "evidence": evidence, "v": 2})
                if "due" in values and values["due"] != state["due"]:
                    buffered["redating"].append((id_, item, on, on, state["due"], values["due"]))
                state |= values
                buffered["commitment"][-1] = (*row[:2], on, *row[3:-1], max((d for d in checks if d < on), default=""))
                added = {on, *(max(on, day_) for day_ in recorded)} - checks
                checks |= added
                buffered["check_day"] += [(item, day_) for day_ in added]
                ends = window(state["due"], known) if state.get("due") else (None, None)
                slipped = int(bool(ends[1] and ends[1] > window(state["first"], known)[1]))
                row = [item, on, FOREVER, *row[3:13], state["status"], None, state.get("due"), *ends, slipped, on, on,
                       row[21], max(checks)]  # fmt: skip
                buffered["commitment"].append(tuple(row))
                if note:
                    buffered["words"].append((item, "note", note, on, FOREVER))
            elif "format" in values:
                head = values["dialogue"]
                dialogue, day = head["key"], head["when"]
                fields = canonical({**head, "documents": values["documents"], "grades": values.get("grades", {})})
                buffered["dialogue"].append((dialogue, day, FOREVER, dialogue, day, fields))
                append(day, "create", dialogue, {"set": head, "type": "dialogue", "v": 2})
                names = [
                    (dialogue, field, head[of]) for of, field in (("key", "key"), ("title", "name"), ("place", "place"))
                ]
                names += [(dialogue, "document", document["title"]) for document in values["documents"]]
                names += [(one["key"], "area", f"{one['title']} ({one['key']})") for one in values["areas"]]
                names += [(one["key"], "party", f"{one['key']}, {one['name']}") for one in values["parties"]]
                buffered["words"] += [(*name, day, FOREVER) for name in names]
                for position, area in enumerate(values["areas"]):
                    key, title = area["key"], area["title"]
                    buffered["area"].append((key, day, FOREVER, key, dialogue, title, position))
                    append(day, "create", key, {"set": area, "type": "area", "v": 2})
                for party in values["parties"]:
                    key = party["key"]
                    buffered["party"].append((key, day, FOREVER, key, dialogue, party["name"], party["side"]))
                    append(day, "create", key, {"set": party, "type": "party", "v": 2})
            else:
                if entries % BATCH < 4:
                    flush()
                ref, item = values["ref"], f"{entries:036}"
                milestones = values.pop("milestones", ())
                append(day, "create", item, {"set": values, "type": "commitment", "v": 2})
                state, checks = {"due": values.get("due"), "first": values.get("due")}, set()
                ends = window(state["due"], known) if state["due"] else (None, None)
                number, partners = int(ref.rpartition("-")[2]), values.get("partners", [])
                source = f"{values['sources'][0]['document']} par. {values['sources'][0]['paragraph']}"
                row = [item, day, FOREVER, ref, ref.casefold(), number, dialogue, values["area"], values["kind"],
                       values["title"], values["strength"], values.get("lead"), canonical(partners), values["status"],
                       None, state["due"], *ends, 0, day, day, source, ""]  # fmt: skip
                buffered["commitment"].append(tuple(row))
                parties = [values["lead"], *partners] if "lead" in values else partners
                for party in parties:
                    buffered["involved"].append((item, day, FOREVER, dialogue, party, int(party == values.get("lead"))))
                for field in ("title", "detail"):
                    if field in values:
                        buffered["words"].append((item, field, values[field], day, FOREVER))
                buffered["cited"].append((item, day, FOREVER, dialogue, values["sources"][0]["document"]))
                for milestone in milestones:
                    append(day, "create", item, {"set": milestone, "milestone": milestone["ref"], "v": 2})
                    buffered["milestone"].append(
                        (item, day, FOREVER, milestone["ref"], milestone["ref"], milestone["ref"].casefold(),
                         milestone["title"], milestone["when"], *window(milestone["when"], known),
                         milestone.get("recurs"), milestone.get("status", "planned"), "")
                    )  # fmt: skip
                    buffered["words"].append((item, "milestone", milestone["title"], day, FOREVER))
    flush()
    for sql in index_statements:
        connection.execute(sql)
    connection.execute("INSERT INTO words_fts (words_fts) VALUES ('rebuild')")
    connection.execute("COMMIT")
    connection.close()
    show_one(day, {"did": "imported", "changes": entries})


def statements_of(lines: Iterable[str]) -> list[str]:
    """Split an SQL script into its statements."""
    statements, statement = [], ""
    for line in lines:
        statement += line
        if sqlite3.complete_statement(statement):
            statements.append(statement.strip())
            statement = ""
    return statements


QUERIES: dict[str, Callable[..., None]] = {
    "list": list_all,
    "list-area": list_area,
    "list-due": list_due,
    "list-text": list_text,
    "upcoming": upcoming,
    "todo": todo,
    "areas": areas,
    "overview": overview,
    "show": show_ref,
    "export": export,
    "complete": complete,
    "mark": mark,
    "check": check,
    "add": add,
    "import": import_,
}

if __name__ == "__main__":
    QUERIES[sys.argv[1]](*sys.argv[2:])
