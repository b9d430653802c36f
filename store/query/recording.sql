-- name: UncheckedRecordings :many
SELECT r.call_id, r.name, c.ended_at::timestamptz AS ended_at, m.length_ms AS message_ms
FROM recording r JOIN call c ON c.id = r.call_id LEFT JOIN message m ON m.call_id = r.call_id AND m.recording = r.name
WHERE c.ended_at >= sqlc.arg(since)::timestamptz AND NOT EXISTS (SELECT 1 FROM recording_check k WHERE k.call_id = r.call_id AND k.name = r.name)
  AND NOT EXISTS (SELECT 1 FROM erasure e WHERE e.call_id = r.call_id)
ORDER BY c.ended_at
LIMIT sqlc.arg(count)::bigint;

-- name: AddRecordingCheck :execrows
INSERT INTO recording_check (call_id, name, checked_at, result, talk_ms, length_ms, loud_ms, bytes, sha256, sides)
VALUES (sqlc.arg(call_id), sqlc.arg(name), sqlc.arg(checked_at), sqlc.arg(result), sqlc.arg(talk_ms), sqlc.arg(length_ms), sqlc.arg(loud_ms), sqlc.arg(bytes), sqlc.arg(sha256), sqlc.narg(sides))
ON CONFLICT (call_id, name) DO NOTHING;

-- name: RecordingChecksByCall :many
SELECT k.*, e.destroyed_at FROM recording_check k LEFT JOIN recording_end e USING (call_id, name)
WHERE k.call_id = ANY (sqlc.arg(ids)::text[]) ORDER BY k.call_id, k.name COLLATE "C";

-- name: BadRecordings :one
SELECT count(*) FROM recording_check WHERE checked_at >= sqlc.arg(since) AND result IN ('missing', 'short', 'silent', 'broken');

-- name: OldRecordings :many
-- A file that is broken is there, too.
SELECT k.call_id, k.name FROM recording_check k
WHERE k.checked_at < sqlc.arg(before) AND (k.sha256 <> '' OR k.result = 'broken') AND NOT EXISTS (SELECT 1 FROM recording_end e WHERE e.call_id = k.call_id AND e.name = k.name)
ORDER BY k.checked_at, k.call_id, k.name
OFFSET sqlc.arg(skip)::bigint LIMIT sqlc.arg(count)::bigint;

-- name: AddRecordingEnd :execrows
INSERT INTO recording_end (call_id, name, destroyed_at) VALUES (sqlc.arg(call_id), sqlc.arg(name), sqlc.arg(destroyed_at))
ON CONFLICT (call_id, name) DO NOTHING;
