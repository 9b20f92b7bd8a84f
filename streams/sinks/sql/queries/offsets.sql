-- claim_database --
-- Writes down whose log this database archives; the first to come decides.
INSERT INTO deployment (prefix) VALUES ($1) ON CONFLICT DO NOTHING;

-- fetch_deployment --
-- Whose log this database archives.
SELECT prefix FROM deployment;

-- add_offsets --
-- Places where a topic's partition begins, for those never seen before.
INSERT INTO sink_offsets (topic, partition, next_offset)
SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[])
ON CONFLICT DO NOTHING;

-- fetch_offsets --
-- The next offset of every partition of the given topics.
SELECT topic, partition, next_offset FROM sink_offsets WHERE topic = ANY ($1::text[]);

-- advance_offsets --
-- Moves partitions on, each only if it stands where this sink left it: fewer rows than asked means another owner.
UPDATE sink_offsets AS mine
SET next_offset = step.next_offset
FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[]) AS step (topic, partition, expected, next_offset)
WHERE mine.topic = step.topic AND mine.partition = step.partition AND mine.next_offset = step.expected;
