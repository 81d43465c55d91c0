-- The tables of a team's shared logs, and what its members may do with them. Whoever keeps the database runs this
-- once, in the database and schema that the team's address leads to; running it again changes nothing.
-- Then, for each person: CREATE ROLE anna LOGIN; GRANT spacedialog_member TO anna;

CREATE TABLE IF NOT EXISTS spacedialog_log (
    log_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64),
    head BIGINT NOT NULL DEFAULT 0 CHECK (head >= 0),
    chain TEXT NOT NULL CHECK (length(chain) = 64),
    min_client BIGINT NOT NULL DEFAULT 1,
    created_by TEXT NOT NULL DEFAULT current_user,
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
    pushed_by TEXT NOT NULL DEFAULT current_user,
    pushed_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    PRIMARY KEY (log_id, seq),
    UNIQUE (log_id, id),
    CONSTRAINT spacedialog_change_hash CHECK (sha = encode(sha256(convert_to(body, 'UTF8')), 'hex'))
);

REVOKE ALL ON spacedialog_log, spacedialog_change FROM PUBLIC;
CREATE ROLE spacedialog_member NOLOGIN;
GRANT SELECT ON spacedialog_log, spacedialog_change TO spacedialog_member;

-- Nobody gets UPDATE or DELETE on the changes. Columns that are not named here take their defaults, so pushed_by and
-- created_by are always who was logged in.
GRANT INSERT (log_id, seq, id, sha, chain, format, body) ON spacedialog_change TO spacedialog_member;
GRANT INSERT (log_id, name, chain) ON spacedialog_log TO spacedialog_member;
GRANT UPDATE (head, chain) ON spacedialog_log TO spacedialog_member;
