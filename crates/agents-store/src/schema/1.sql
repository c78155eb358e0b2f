-- One row: who writes, and how often anything was written.
CREATE TABLE writer (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    epoch    INTEGER NOT NULL,
    holder   TEXT CHECK (holder IS NULL OR json_valid(holder)),
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO writer (id, epoch, holder, revision) VALUES (1, 0, NULL, 0);

-- At most one row: what is remembered between ticks.
CREATE TABLE state (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    schema INTEGER NOT NULL,
    body   TEXT NOT NULL CHECK (json_valid(body))
) STRICT;

-- Append-only; AUTOINCREMENT because a number that was pruned must not come back.
CREATE TABLE journal (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    at_wall_ms INTEGER NOT NULL,
    epoch      INTEGER NOT NULL,
    tick       INTEGER NOT NULL,
    subject    TEXT,
    kind       TEXT NOT NULL
               CHECK (kind IN ('action', 'outcome', 'note', 'config', 'alarm', 'request')),
    body       TEXT NOT NULL CHECK (json_valid(body))
) STRICT;
CREATE INDEX journal_by_subject ON journal (subject, seq) WHERE subject IS NOT NULL;

-- The last word on each agent.
CREATE TABLE word (
    subject TEXT PRIMARY KEY,
    body    TEXT NOT NULL CHECK (json_valid(body))
) STRICT, WITHOUT ROWID;

-- What other processes ask of the writer.
CREATE TABLE request (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    submitted_wall_ms INTEGER NOT NULL,
    body              TEXT NOT NULL CHECK (json_valid(body)),
    reply             TEXT CHECK (reply IS NULL OR json_valid(reply))
) STRICT;
CREATE INDEX request_open ON request (id) WHERE reply IS NULL;
