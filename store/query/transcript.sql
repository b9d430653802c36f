-- name: ClaimUntranscribed :many
-- The oldest message of late whose file is whole and whose turn it is: nobody else asks until
-- the next attempt is due.
WITH next AS (
    SELECT m.call_id, m.company, m.recording, call.language
    FROM message m JOIN call ON call.id = m.call_id
    JOIN recording_check k ON k.call_id = m.call_id AND k.name = m.recording AND k.sha256 <> ''
    LEFT JOIN transcript t ON t.call_id = m.call_id
    WHERE m.left_at >= sqlc.arg(since)::timestamptz AND (t.call_id IS NULL OR t.due_at <= sqlc.arg(at)::timestamptz)
      AND NOT EXISTS (SELECT 1 FROM erasure WHERE erasure.call_id = m.call_id)
    ORDER BY m.left_at
    LIMIT 1
    FOR UPDATE OF m SKIP LOCKED
), claimed AS (
    INSERT INTO transcript (call_id, recording, attempts, due_at)
    SELECT next.call_id, next.recording, 1, sqlc.arg(at)::timestamptz + sqlc.arg(patience)::interval + interval '1 minute' FROM next
    ON CONFLICT (call_id) DO UPDATE
    SET attempts = transcript.attempts + 1,
        due_at = sqlc.arg(at)::timestamptz + sqlc.arg(patience)::interval + least(interval '1 minute' * power(2, least(transcript.attempts, 10)), interval '1 hour')
    RETURNING transcript.call_id, transcript.attempts
)
SELECT next.call_id, next.company, next.recording, next.language, claimed.attempts FROM next JOIN claimed USING (call_id);

-- name: Transcribe :exec
-- Where the record was erased while the machine listened, nothing is kept.
UPDATE transcript SET text = sqlc.arg(text), made_at = sqlc.arg(at)::timestamptz, due_at = NULL, failure = ''
WHERE transcript.call_id = sqlc.arg(call_id) AND made_at IS NULL AND NOT EXISTS (SELECT 1 FROM erasure WHERE erasure.call_id = transcript.call_id);

-- name: FailTranscript :exec
UPDATE transcript SET failure = sqlc.arg(failure), due_at = CASE WHEN sqlc.arg(given_up)::boolean THEN NULL ELSE due_at END
WHERE call_id = sqlc.arg(call_id) AND made_at IS NULL;

-- name: TranscriptsByCall :many
SELECT * FROM transcript WHERE call_id = ANY (sqlc.arg(ids)::text[]);
