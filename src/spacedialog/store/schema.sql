PRAGMA user_version = 12;

CREATE TABLE "change" (
   "id" TEXT PRIMARY KEY NOT NULL,
   "ts" INTEGER NOT NULL,
   "on" TEXT NOT NULL,
   "author" TEXT NOT NULL,
   "kind" TEXT NOT NULL,
   "item" TEXT NOT NULL,
   "base" TEXT,
   "body" TEXT NOT NULL,
   "sha" TEXT NOT NULL,
   "seq" INTEGER
) STRICT;

CREATE INDEX "idx_change_item"
    ON "change" ("item");

CREATE INDEX "idx_change_ts"
    ON "change" ("ts");

CREATE TRIGGER change_stays BEFORE DELETE ON change
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

CREATE TABLE "dialogue" (
   "id" INTEGER PRIMARY KEY,
   "item" TEXT NOT NULL,
   "valid_from" TEXT NOT NULL,
   "valid_to" TEXT NOT NULL,
   "key" TEXT NOT NULL,
   "held" TEXT NOT NULL,
   "fields" TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX "idx_dialogue_item_valid_from"
    ON "dialogue" ("item", "valid_from");

CREATE TABLE "area" (
   "id" INTEGER PRIMARY KEY,
   "item" TEXT NOT NULL,
   "valid_from" TEXT NOT NULL,
   "valid_to" TEXT NOT NULL,
   "key" TEXT NOT NULL,
   "dialogue" TEXT NOT NULL,
   "title" TEXT NOT NULL,
   "position" INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX "idx_area_item_valid_from"
    ON "area" ("item", "valid_from");

CREATE TABLE "party" (
   "id" INTEGER PRIMARY KEY,
   "item" TEXT NOT NULL,
   "valid_from" TEXT NOT NULL,
   "valid_to" TEXT NOT NULL,
   "key" TEXT NOT NULL,
   "dialogue" TEXT NOT NULL,
   "name" TEXT NOT NULL,
   "side" TEXT NOT NULL
, "aliases" TEXT NOT NULL DEFAULT '[]', "succeeds" TEXT NOT NULL DEFAULT '[]') STRICT;

CREATE UNIQUE INDEX "idx_party_item_valid_from"
    ON "party" ("item", "valid_from");

CREATE INDEX "idx_party_side"
    ON "party" ("side");

CREATE TABLE "commitment" (
   "id" INTEGER PRIMARY KEY,
   "item" TEXT NOT NULL,
   "valid_from" TEXT NOT NULL,
   "valid_to" TEXT NOT NULL,
   "ref" TEXT NOT NULL,
   "ref_key" TEXT NOT NULL,
   "number" INTEGER,
   "dialogue" TEXT NOT NULL,
   "area" TEXT NOT NULL,
   "kind" TEXT NOT NULL,
   "title" TEXT NOT NULL,
   "strength" TEXT NOT NULL,
   "lead" TEXT,
   "partners" TEXT NOT NULL,
   "status" TEXT NOT NULL,
   "percent" INTEGER,
   "due" TEXT,
   "due_earliest" TEXT,
   "due_latest" TEXT,
   "slipped" INTEGER NOT NULL,
   "updated" TEXT NOT NULL,
   "status_on" TEXT NOT NULL,
   "source" TEXT NOT NULL
, "unevidenced" INTEGER NOT NULL DEFAULT 0, "owner" TEXT, "review" TEXT, "review_from" TEXT, "review_days" INTEGER, "checked" TEXT NOT NULL DEFAULT '') STRICT;

CREATE UNIQUE INDEX "idx_commitment_item_valid_from"
    ON "commitment" ("item", "valid_from");

CREATE INDEX "idx_commitment_ref_key"
    ON "commitment" ("ref_key");

CREATE INDEX "idx_commitment_number"
    ON "commitment" ("number");

CREATE INDEX "idx_commitment_dialogue_number"
    ON "commitment" ("dialogue", "number");

CREATE INDEX "idx_commitment_area_status_valid_to_valid_from"
    ON "commitment" ("area", "status", "valid_to", "valid_from");

CREATE INDEX "idx_commitment_due_latest_valid_to"
    ON "commitment" ("due_latest", "valid_to");

CREATE TABLE "involved" (
   "item" TEXT NOT NULL,
   "valid_from" TEXT NOT NULL,
   "valid_to" TEXT NOT NULL,
   "dialogue" TEXT NOT NULL,
   "party" TEXT NOT NULL,
   "leads" INTEGER NOT NULL
) STRICT;

CREATE INDEX "idx_involved_party_valid_to_valid_from_item"
    ON "involved" ("party", "valid_to", "valid_from", "item");

CREATE INDEX "idx_involved_item"
    ON "involved" ("item");

CREATE TABLE "milestone" (
   "id" INTEGER PRIMARY KEY,
   "item" TEXT NOT NULL,
   "valid_from" TEXT NOT NULL,
   "valid_to" TEXT NOT NULL,
   "milestone" TEXT NOT NULL,
   "ref" TEXT NOT NULL,
   "ref_key" TEXT NOT NULL,
   "title" TEXT NOT NULL,
   "when" TEXT NOT NULL,
   "earliest" TEXT,
   "latest" TEXT,
   "recurs" TEXT,
   "status" TEXT NOT NULL,
   "met" TEXT
, "source" TEXT NOT NULL DEFAULT '') STRICT;

CREATE INDEX "idx_milestone_item_valid_to"
    ON "milestone" ("item", "valid_to");

CREATE INDEX "idx_milestone_ref_key"
    ON "milestone" ("ref_key");

CREATE INDEX "idx_milestone_latest_valid_to"
    ON "milestone" ("latest", "valid_to");

CREATE TABLE "given" (
   "item" TEXT NOT NULL,
   "milestone" TEXT,
   "ref_key" TEXT NOT NULL,
   "prefix" TEXT NOT NULL,
   "number" INTEGER
) STRICT;

CREATE INDEX "idx_given_item"
    ON "given" ("item");

CREATE INDEX "idx_given_ref_key"
    ON "given" ("ref_key");

CREATE INDEX "idx_given_prefix_number"
    ON "given" ("prefix", "number");

CREATE TABLE "redating" (
   "change" TEXT PRIMARY KEY NOT NULL,
   "item" TEXT NOT NULL,
   "milestone" TEXT,
   "day" TEXT NOT NULL,
   "on" TEXT NOT NULL,
   "old" TEXT NOT NULL,
   "new" TEXT NOT NULL
) STRICT;

CREATE INDEX "idx_redating_item"
    ON "redating" ("item");

CREATE INDEX "idx_redating_day"
    ON "redating" ("day");

CREATE TABLE "retracted" (
   "change" TEXT PRIMARY KEY NOT NULL,
   "item" TEXT NOT NULL
) STRICT;

CREATE INDEX "idx_retracted_item"
    ON "retracted" ("item");

CREATE TRIGGER change_keeps_its_words BEFORE UPDATE ON change
        WHEN (OLD.seq IS NULL) = (NEW.seq IS NULL)
            OR (NEW.id, NEW.ts, NEW."on", NEW.author, NEW.kind, NEW.item, NEW.base, NEW.body, NEW.sha)
                IS NOT (OLD.id, OLD.ts, OLD."on", OLD.author, OLD.kind, OLD.item, OLD.base, OLD.body, OLD.sha)
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

CREATE INDEX "idx_change_seq"
    ON "change" ("seq");

CREATE TABLE "team" (
   "url" TEXT NOT NULL,
   "name" TEXT NOT NULL,
   "log_id" TEXT NOT NULL,
   "cursor" INTEGER NOT NULL,
   "chain" TEXT NOT NULL
) STRICT;

CREATE TABLE "quarantine" (
   "id" INTEGER PRIMARY KEY,
   "seq" INTEGER,
   "sha" TEXT NOT NULL,
   "body" TEXT NOT NULL,
   "pushed_by" TEXT NOT NULL,
   "why" TEXT NOT NULL
, "change" TEXT) STRICT;

CREATE TABLE "conflict" (
   "item" TEXT NOT NULL,
   "milestone" TEXT,
   "field" TEXT NOT NULL,
   "kept" TEXT NOT NULL,
   "other" TEXT NOT NULL
, "valid_from" TEXT NOT NULL DEFAULT '', "valid_to" TEXT NOT NULL DEFAULT '') STRICT;

CREATE INDEX "idx_conflict_item"
    ON "conflict" ("item");

CREATE TABLE "clash" (
   "item" TEXT NOT NULL,
   "milestone" TEXT,
   "ref_key" TEXT NOT NULL,
   "shown" TEXT NOT NULL,
   "kept" TEXT NOT NULL,
   "other" TEXT NOT NULL
) STRICT;

CREATE INDEX "idx_clash_item"
    ON "clash" ("item");

CREATE INDEX "idx_clash_ref_key"
    ON "clash" ("ref_key");

CREATE TABLE "link" (
   "id" INTEGER PRIMARY KEY,
   "item" TEXT NOT NULL,
   "valid_from" TEXT NOT NULL,
   "valid_to" TEXT NOT NULL,
   "old" TEXT NOT NULL,
   "new" TEXT NOT NULL,
   "decided" TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX "idx_link_item_valid_from"
    ON "link" ("item", "valid_from");

CREATE INDEX "idx_link_old"
    ON "link" ("old");

CREATE INDEX "idx_link_new"
    ON "link" ("new");

CREATE TABLE "assessment" (
   "id" INTEGER PRIMARY KEY,
   "item" TEXT NOT NULL,
   "valid_from" TEXT NOT NULL,
   "valid_to" TEXT NOT NULL,
   "commitment" TEXT NOT NULL,
   "party" TEXT,
   "assessor" TEXT NOT NULL,
   "rubric" TEXT NOT NULL,
   "verdict" TEXT NOT NULL,
   "entry" TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX "idx_assessment_item_valid_from"
    ON "assessment" ("item", "valid_from");

CREATE INDEX "idx_assessment_commitment"
    ON "assessment" ("commitment");

CREATE INDEX "idx_conflict_valid_to_valid_from_item"
    ON "conflict" ("valid_to", "valid_from", "item");

CREATE TABLE "ignored" (
   "change" TEXT PRIMARY KEY NOT NULL,
   "item" TEXT NOT NULL
) STRICT;

CREATE INDEX "idx_ignored_item"
    ON "ignored" ("item");

CREATE TABLE "shared_before" (
   "change" TEXT PRIMARY KEY NOT NULL
) STRICT;

CREATE TABLE "words" (
   "id" INTEGER PRIMARY KEY,
   "item" TEXT NOT NULL,
   "on" TEXT NOT NULL,
   "until" TEXT NOT NULL,
   "field" TEXT NOT NULL,
   "part" TEXT,
   "text" TEXT NOT NULL
) STRICT;

CREATE INDEX "idx_words_item"
    ON "words" ("item");

CREATE VIRTUAL TABLE "words_fts" USING FTS5 (
    "text",
    tokenize='porter unicode61 remove_diacritics 2',
    content="words"
);

CREATE TABLE "cited" (
   "item" TEXT NOT NULL,
   "valid_from" TEXT NOT NULL,
   "valid_to" TEXT NOT NULL,
   "dialogue" TEXT NOT NULL,
   "document" TEXT NOT NULL
) STRICT;

CREATE INDEX "idx_cited_item"
    ON "cited" ("item");

CREATE INDEX "idx_cited_document_dialogue"
    ON "cited" ("document", "dialogue");

CREATE TABLE "check_day" (
   "item" TEXT NOT NULL,
   "day" TEXT NOT NULL
) STRICT;

CREATE INDEX "idx_check_day_item_day"
    ON "check_day" ("item", "day");

CREATE TABLE "verdict_day" (
   "item" TEXT NOT NULL,
   "commitment" TEXT NOT NULL,
   "day" TEXT NOT NULL
) STRICT;

CREATE INDEX "idx_verdict_day_commitment_day"
    ON "verdict_day" ("commitment", "day");

CREATE INDEX "idx_verdict_day_item"
    ON "verdict_day" ("item");

CREATE INDEX "idx_commitment_status_valid_to_valid_from_due_earliest_due_latest"
    ON "commitment" ("status", "valid_to", "valid_from", "due_earliest", "due_latest");

