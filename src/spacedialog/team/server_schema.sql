-- The tables of a team's shared logs, the role of a member, and its privileges. The database administrator runs this in
-- the database and schema to which the team's address leads. It can be repeated: it updates tables of an older version,
-- and changes nothing in current ones. Then, for each member: CREATE ROLE anna LOGIN; GRANT spacedialog_member TO anna;

CREATE TABLE IF NOT EXISTS spacedialog_log (
    log_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64),
    head BIGINT NOT NULL DEFAULT 0 CHECK (head >= 0),
    chain TEXT NOT NULL CHECK (length(chain) = 64),
    min_client BIGINT NOT NULL DEFAULT 1,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS spacedialog_change (
    log_id TEXT NOT NULL,
    seq BIGINT NOT NULL CHECK (seq > 0),
    id TEXT NOT NULL CHECK (length(id) = 36),
    sha TEXT NOT NULL CHECK (length(sha) = 64),
    chain TEXT NOT NULL CHECK (length(chain) = 64),
    format BIGINT NOT NULL,
    body TEXT NOT NULL CHECK (octet_length(body) <= 65536),
    pushed_by TEXT NOT NULL,
    pushed_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    PRIMARY KEY (log_id, seq),
    UNIQUE (log_id, id)
);

-- The user who logged in, also after SET ROLE. Older versions had current_user, which SET ROLE changes.
ALTER TABLE spacedialog_log ALTER COLUMN created_by SET DEFAULT session_user;
ALTER TABLE spacedialog_change ALTER COLUMN pushed_by SET DEFAULT session_user;

-- A copy that knows an entry does not fetch it again, so no other body may be added under its hash. Rows of an older
-- version are not checked. To check them: ALTER TABLE spacedialog_change VALIDATE CONSTRAINT spacedialog_change_hash;
ALTER TABLE spacedialog_change DROP CONSTRAINT IF EXISTS spacedialog_change_hash;
ALTER TABLE spacedialog_change ADD CONSTRAINT spacedialog_change_hash
    CHECK (sha = encode(sha256(convert_to(body, 'UTF8')), 'hex')) NOT VALID;

DO $$
BEGIN
    -- A role belongs to the whole server, so another database may have created it.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'spacedialog_member') THEN
        CREATE ROLE spacedialog_member NOLOGIN;
    END IF;
END
$$;

REVOKE ALL ON spacedialog_log, spacedialog_change FROM PUBLIC;
GRANT SELECT ON spacedialog_log, spacedialog_change TO spacedialog_member;

-- Members cannot update or delete changes. Columns that are not granted take their defaults, so pushed_by and created_by
-- are always the user who logged in.
GRANT INSERT (log_id, seq, id, sha, chain, format, body) ON spacedialog_change TO spacedialog_member;
GRANT INSERT (log_id, name, chain) ON spacedialog_log TO spacedialog_member;
GRANT UPDATE (head, chain) ON spacedialog_log TO spacedialog_member;
