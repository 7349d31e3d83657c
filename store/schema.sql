-- What the log holds. One row a reading; the names of its numbers are written once, as a shape.

CREATE TABLE IF NOT EXISTS note (key TEXT PRIMARY KEY, value) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS device (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    driver TEXT NOT NULL,
    serial TEXT NOT NULL,
    firmware TEXT NOT NULL,
    member_of TEXT NOT NULL, -- its group, or ''
    address INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    rolled INTEGER NOT NULL DEFAULT 0 -- the last day whose rollups are written, as 20260502
);

CREATE TABLE IF NOT EXISTS shape (id INTEGER PRIMARY KEY, names TEXT NOT NULL UNIQUE);

CREATE TABLE IF NOT EXISTS reading (
    seq INTEGER PRIMARY KEY, -- never used twice: cursors count by it
    at INTEGER NOT NULL,     -- milliseconds since 1970, UTC
    device INTEGER NOT NULL,
    kind INTEGER NOT NULL,   -- 0 live, 1 setting, 2 imported, 3 from before the clock was right,
                             -- 4 a day that is over: also in `day`
    shape INTEGER NOT NULL,
    fields TEXT NOT NULL,    -- [37,100,25.95]: a number for each name of the shape
    sum INTEGER NOT NULL     -- CRC-32 of the rest: a bit that fell over is noticed
);
CREATE INDEX IF NOT EXISTS reading_at ON reading (at, device);
CREATE INDEX IF NOT EXISTS reading_setting ON reading (device, seq) WHERE kind = 1;

-- How far each sink has come, and what it lost to the disk cap.
CREATE TABLE IF NOT EXISTS cursor (
    sink TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    lost INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- History that is to be sent once more: a second, temporary cursor.
CREATE TABLE IF NOT EXISTS resend (
    id INTEGER PRIMARY KEY,
    sink TEXT NOT NULL,
    seq INTEGER NOT NULL, -- done up to here
    last INTEGER NOT NULL,
    from_at INTEGER NOT NULL,
    to_at INTEGER NOT NULL
);

-- What a sink refused for good, and why.
CREATE TABLE IF NOT EXISTS aside (sink TEXT, seq INTEGER, why TEXT, at INTEGER);
-- Programs that know the first form only cannot write here, and leave the file alone.
CREATE TRIGGER IF NOT EXISTS form_two BEFORE INSERT ON aside BEGIN SELECT helio_form(2); END;

-- A closed day of one metric: 15-minute slots of count, low, mean, high and last.
CREATE TABLE IF NOT EXISTS rollup (
    device INTEGER NOT NULL,
    metric TEXT NOT NULL,
    day INTEGER NOT NULL, -- 20260502, in the site's time; -20260502: what there is of it so far
    slots BLOB NOT NULL,
    UNIQUE (device, metric, day)
);

-- Closed days that got rows since: their rollups went, and are to be made again.
CREATE TABLE IF NOT EXISTS reopened (
    day INTEGER NOT NULL,
    device INTEGER NOT NULL,
    PRIMARY KEY (day, device)
) WITHOUT ROWID;

-- A device's own page of a finished day, kept for ever: {"pv_energy_today":5.3,...}. Each comes into
-- the log, too, in the same commit: sinks follow that.
CREATE TABLE IF NOT EXISTS day (
    device INTEGER NOT NULL,
    date INTEGER NOT NULL, -- 20260502, in the site's time
    fields TEXT NOT NULL,
    UNIQUE (device, date)
);

-- Energy that is counted here, and the last word of every lifetime counter.
CREATE TABLE IF NOT EXISTS meter (
    device INTEGER NOT NULL,
    metric TEXT NOT NULL,
    value REAL NOT NULL,
    carry REAL NOT NULL,           -- what is told is value + carry: replaced units had it
    at INTEGER NOT NULL DEFAULT 0, -- when it was last heard; 0: not known
    PRIMARY KEY (device, metric)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS event (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    level INTEGER NOT NULL,
    who TEXT NOT NULL,
    text TEXT NOT NULL
);

-- Every number by its name, for the sqlite shell:
--   SELECT datetime(at/1000, 'unixepoch'), value FROM value
--    WHERE device = 'south' AND metric = 'pv_power' ORDER BY at DESC LIMIT 10;
CREATE VIEW IF NOT EXISTS value AS
SELECT r.seq, r.at, d.name AS device, n.value AS metric, v.value AS value, r.kind
  FROM reading r
  JOIN device d ON d.id = r.device
  JOIN shape s ON s.id = r.shape,
       json_each(s.names) n,
       json_each(r.fields) v
 WHERE n.key = v.key AND v.value IS NOT NULL;
