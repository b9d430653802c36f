-- Statements of the projection. None of them answers anything, so that a whole
-- batch of facts travels in one round trip.

-- name: Arrive :exec
INSERT INTO call (id, company, did, caller_number, caller_name, direction, mode, language,
                  ring_period_ms, emergency, engine, started_at, ringback_at)
VALUES (sqlc.arg(id), sqlc.arg(company), sqlc.arg(did), sqlc.arg(caller_number), sqlc.arg(caller_name), sqlc.arg(direction), sqlc.arg(mode), sqlc.arg(language),
        sqlc.arg(ring_period_ms), sqlc.arg(emergency), sqlc.arg(engine), sqlc.arg(started_at), sqlc.narg(ringback_at))
ON CONFLICT (id) DO UPDATE
SET did = excluded.did, caller_number = excluded.caller_number, caller_name = excluded.caller_name,
    direction = excluded.direction, mode = excluded.mode, language = excluded.language,
    ring_period_ms = excluded.ring_period_ms, emergency = excluded.emergency,
    engine = excluded.engine, started_at = excluded.started_at, ringback_at = excluded.ringback_at,
    arrived = true
WHERE NOT call.arrived;

-- name: AddUnseenCall :exec
-- A call whose arrival was never told.
INSERT INTO call (id, company, engine, started_at, arrived)
VALUES (sqlc.arg(id), sqlc.arg(company), sqlc.arg(engine), sqlc.arg(started_at), false)
ON CONFLICT (id) DO NOTHING;

-- name: AddLeg :exec
INSERT INTO leg (call_id, channel, role, agent, started_at, answered_at)
VALUES (sqlc.arg(call_id), sqlc.arg(channel), sqlc.arg(role), sqlc.arg(agent), sqlc.arg(started_at), sqlc.narg(answered_at))
ON CONFLICT (call_id, channel) DO NOTHING;

-- name: AnswerLeg :exec
UPDATE leg SET answered_at = coalesce(answered_at, sqlc.arg(at)::timestamptz) WHERE call_id = sqlc.arg(call_id) AND channel = sqlc.arg(channel);

-- name: JoinLegs :exec
UPDATE leg SET joined_at = coalesce(joined_at, sqlc.arg(at)::timestamptz)
WHERE call_id = sqlc.arg(call_id) AND channel = ANY (sqlc.arg(channels)::text[]);

-- name: EndLeg :exec
-- The channel's own end overrules what an offer's end said of it.
INSERT INTO leg (call_id, channel, role, agent, started_at, ended_at, cause, tech_cause, estimated)
VALUES (sqlc.arg(call_id), sqlc.arg(channel), sqlc.arg(role), sqlc.arg(agent), sqlc.arg(at)::timestamptz, sqlc.arg(at)::timestamptz, sqlc.arg(cause)::integer, sqlc.arg(tech_cause)::integer, sqlc.arg(estimated))
ON CONFLICT (call_id, channel) DO UPDATE
SET ended_at = excluded.ended_at, cause = excluded.cause, tech_cause = excluded.tech_cause,
    estimated = excluded.estimated;

-- name: EndOfferedLeg :exec
UPDATE leg SET ended_at = sqlc.arg(at)::timestamptz, cause = sqlc.arg(cause)::integer, tech_cause = sqlc.arg(tech_cause)::integer
WHERE call_id = sqlc.arg(call_id) AND channel = sqlc.arg(channel) AND ended_at IS NULL;

-- name: AddRecording :exec
INSERT INTO recording (call_id, name, began_at) VALUES (sqlc.arg(call_id), sqlc.arg(name), sqlc.arg(began_at))
ON CONFLICT (call_id, name) DO NOTHING;

-- name: AddStep :exec
INSERT INTO step (call_id, n, at, step, detail)
SELECT sqlc.arg(call_id), coalesce(max(n), 0) + 1, sqlc.arg(at)::timestamptz, sqlc.arg(step), sqlc.arg(detail) FROM step WHERE call_id = sqlc.arg(call_id);

-- name: AddPrompt :exec
INSERT INTO prompt (call_id, n, purpose, prompt, agent, began_at, ended_at, whole, failed)
SELECT sqlc.arg(call_id), coalesce(max(n), 0) + 1, sqlc.arg(purpose), sqlc.arg(prompt), sqlc.arg(agent), sqlc.narg(began_at)::timestamptz,
       sqlc.arg(ended_at), sqlc.arg(whole), sqlc.arg(failed)
FROM prompt WHERE call_id = sqlc.arg(call_id);

-- name: LeaveQueue :exec
UPDATE queue_entry
SET left_at = sqlc.arg(at)::timestamptz, result = sqlc.arg(result)::text,
    wait_ms = greatest(0, round(extract(epoch FROM sqlc.arg(at)::timestamptz - entered_at) * 1000))
WHERE call_id = sqlc.arg(call_id) AND left_at IS NULL;

-- name: EnterQueue :exec
INSERT INTO queue_entry (call_id, n, company, queue, priority, ahead, entered_at)
SELECT sqlc.arg(call_id), coalesce(max(n), 0) + 1, sqlc.arg(company), sqlc.arg(queue), sqlc.arg(priority), sqlc.arg(ahead), sqlc.arg(entered_at)
FROM queue_entry WHERE call_id = sqlc.arg(call_id);

-- name: AddOffer :exec
INSERT INTO offer (call_id, offer, agent, number, queue, channel, offered_at)
VALUES (sqlc.arg(call_id), sqlc.arg(offer), sqlc.arg(agent), sqlc.arg(number), sqlc.arg(queue), sqlc.arg(channel), sqlc.arg(offered_at))
ON CONFLICT (call_id, offer) DO NOTHING;

-- name: AlertOffer :exec
UPDATE offer SET alerted_at = coalesce(alerted_at, sqlc.arg(at)::timestamptz) WHERE call_id = sqlc.arg(call_id) AND offer = sqlc.arg(offer);

-- name: EndOffer :exec
INSERT INTO offer (call_id, offer, agent, queue, channel, offered_at, alerted_at, ended_at,
                   result, cause, tech_cause, ring_ms, rings)
VALUES (sqlc.arg(call_id), sqlc.arg(offer), sqlc.arg(agent), '', sqlc.arg(channel), sqlc.arg(at)::timestamptz, sqlc.narg(alerted_at), sqlc.arg(at)::timestamptz,
        sqlc.arg(result)::text, sqlc.arg(cause)::integer, sqlc.arg(tech_cause)::integer, sqlc.arg(ring_ms), sqlc.arg(rings))
ON CONFLICT (call_id, offer) DO UPDATE
SET alerted_at = coalesce(offer.alerted_at, excluded.alerted_at),
    ended_at = coalesce(offer.ended_at, excluded.ended_at),
    result = excluded.result, cause = excluded.cause, tech_cause = excluded.tech_cause,
    ring_ms = excluded.ring_ms, rings = excluded.rings;

-- name: AnswerOffer :exec
UPDATE offer SET ended_at = sqlc.arg(at)::timestamptz, result = 'answered', ring_ms = sqlc.arg(ring_ms), rings = sqlc.arg(rings)
WHERE call_id = sqlc.arg(call_id) AND offer = sqlc.arg(offer) AND ended_at IS NULL;

-- name: Answer :exec
-- Only the first answer is the call's.
INSERT INTO answer (call_id, agent, queue, channel, answered_at, wait_ms, agent_ring_ms, agent_rings,
                    caller_ring_ms, caller_rings, rings, within_three_rings)
SELECT call.id, sqlc.arg(agent), sqlc.arg(queue), sqlc.arg(channel), sqlc.arg(answered_at), sqlc.arg(wait_ms)::bigint, sqlc.arg(agent_ring_ms), sqlc.arg(agent_rings),
       sqlc.arg(caller_ring_ms), sqlc.arg(caller_rings),
       CASE call.mode WHEN 'direct' THEN sqlc.arg(caller_rings)::integer ELSE sqlc.arg(agent_rings)::integer END,
       sqlc.arg(within_three_rings)
FROM call WHERE call.id = sqlc.arg(call_id)
ON CONFLICT (call_id) DO NOTHING;

-- name: Overrun :exec
UPDATE call SET overran_at = coalesce(overran_at, sqlc.arg(at)::timestamptz) WHERE id = sqlc.arg(id);

-- name: JoinCall :exec
UPDATE call SET joined_at = coalesce(joined_at, sqlc.arg(at)::timestamptz) WHERE id = sqlc.arg(id);

-- name: Hold :exec
INSERT INTO hold (call_id, n, channel, role, began_at)
SELECT sqlc.arg(call_id), coalesce(max(n), 0) + 1, sqlc.arg(channel), sqlc.arg(role), sqlc.arg(began_at) FROM hold WHERE call_id = sqlc.arg(call_id)
ON CONFLICT (call_id, channel) WHERE ended_at IS NULL DO NOTHING;

-- name: Unhold :exec
UPDATE hold SET ended_at = sqlc.arg(at)::timestamptz WHERE call_id = sqlc.arg(call_id) AND channel = sqlc.arg(channel) AND ended_at IS NULL;

-- name: BeginTransfer :exec
INSERT INTO transfer (call_id, n, kind, from_agent, to_agent, number, queue, reason, consent, sheet, began_at)
SELECT sqlc.arg(call_id), coalesce(max(n), 0) + 1, sqlc.arg(kind), sqlc.arg(from_agent), sqlc.arg(to_agent), sqlc.arg(number), sqlc.arg(queue), sqlc.arg(reason), sqlc.arg(consent), sqlc.narg(sheet), sqlc.arg(began_at)
FROM transfer WHERE call_id = sqlc.arg(call_id)
ON CONFLICT (call_id) WHERE ended_at IS NULL DO NOTHING;

-- name: Consult :exec
UPDATE transfer SET consulted_at = sqlc.arg(at)::timestamptz, to_agent = sqlc.arg(to_agent) WHERE call_id = sqlc.arg(call_id) AND ended_at IS NULL;

-- name: TakeLeg :exec
-- A leader who takes over is the agent of the talk from there on.
UPDATE leg SET role = 'agent' WHERE call_id = sqlc.arg(call_id) AND channel = sqlc.arg(channel) AND role = 'supervisor';

-- name: CompleteTransfer :exec
UPDATE transfer SET ended_at = sqlc.arg(at)::timestamptz, result = 'completed', to_agent = sqlc.arg(to_agent) WHERE call_id = sqlc.arg(call_id) AND ended_at IS NULL;

-- name: EndTransfer :exec
UPDATE transfer SET ended_at = sqlc.arg(at)::timestamptz, result = sqlc.arg(result)::text WHERE call_id = sqlc.arg(call_id) AND ended_at IS NULL;

-- name: BeginSupervision :exec
INSERT INTO supervision (call_id, n, by_person, phone, mode, with_agent, began_at)
SELECT sqlc.arg(call_id), coalesce(max(n), 0) + 1, sqlc.arg(by_person), sqlc.arg(phone), sqlc.arg(mode), sqlc.arg(with_agent), sqlc.arg(began_at)
FROM supervision WHERE call_id = sqlc.arg(call_id)
ON CONFLICT (call_id, phone) WHERE ended_at IS NULL DO NOTHING;

-- name: EndSupervision :exec
UPDATE supervision SET ended_at = sqlc.arg(at)::timestamptz, result = sqlc.arg(result)::text
WHERE call_id = sqlc.arg(call_id) AND phone = sqlc.arg(phone) AND ended_at IS NULL;

-- name: CloseSupervisions :exec
UPDATE supervision SET ended_at = sqlc.arg(at)::timestamptz, result = 'call_over' WHERE call_id = sqlc.arg(call_id) AND ended_at IS NULL;

-- name: HangUp :exec
-- Who asked first, told once.
UPDATE call SET hung_up_at = sqlc.arg(at)::timestamptz, hung_up_by = sqlc.arg(by)::text, early_hang_up = sqlc.arg(early)
WHERE id = sqlc.arg(id) AND hung_up_at IS NULL;

-- name: Serve :exec
UPDATE call SET served_by = sqlc.arg(agent)::text WHERE id = sqlc.arg(id);

-- name: FallBack :exec
UPDATE call SET fell_back_at = sqlc.arg(at)::timestamptz, fell_back_reason = sqlc.arg(reason)::text WHERE id = sqlc.arg(id) AND fell_back_at IS NULL;

-- name: CloseLegs :exec
UPDATE leg SET ended_at = sqlc.arg(at)::timestamptz, estimated = true WHERE call_id = sqlc.arg(call_id) AND ended_at IS NULL;

-- name: CloseOffers :exec
UPDATE offer SET ended_at = sqlc.arg(at)::timestamptz, result = 'withdrawn' WHERE call_id = sqlc.arg(call_id) AND ended_at IS NULL;

-- name: CloseHolds :exec
UPDATE hold SET ended_at = sqlc.arg(at)::timestamptz WHERE call_id = sqlc.arg(call_id) AND ended_at IS NULL;

-- name: EndCall :exec
UPDATE call
SET ended_at = sqlc.arg(at)::timestamptz, ended_by = sqlc.arg(by)::text, disposition = sqlc.arg(disposition)::text, cause = sqlc.arg(cause)::integer,
    abandoned = sqlc.arg(abandoned), estimated = sqlc.arg(estimated)
WHERE id = sqlc.arg(id) AND ended_at IS NULL;

-- name: LeadCall :exec
UPDATE call SET term = sqlc.arg(term)::bigint WHERE id = sqlc.arg(id) AND ended_at IS NULL;

-- name: LeaveAgentState :exec
UPDATE agent_state SET ended_at = sqlc.arg(at)::timestamptz
WHERE company = sqlc.arg(company) AND agent = sqlc.arg(agent) AND ended_at IS NULL
  AND (sqlc.arg(term)::bigint = 0 OR term <= sqlc.arg(term)::bigint);

-- name: EnterAgentState :exec
-- Not where the state now is of a later term.
INSERT INTO agent_state (company, agent, state, reason, call_id, began_at, term)
SELECT sqlc.arg(company)::text, sqlc.arg(agent)::text, sqlc.arg(state)::text, sqlc.arg(reason)::text, sqlc.arg(call_id)::text,
       sqlc.arg(at)::timestamptz, sqlc.arg(term)::bigint
WHERE NOT EXISTS (SELECT 1 FROM agent_state
                  WHERE company = sqlc.arg(company)::text AND agent = sqlc.arg(agent)::text AND ended_at IS NULL);

-- name: SetPhone :exec
INSERT INTO phone (company, agent, endpoint, reachable, since, term)
VALUES (sqlc.arg(company), sqlc.arg(agent), sqlc.arg(endpoint), sqlc.arg(reachable), sqlc.arg(since), sqlc.arg(term))
ON CONFLICT (company, agent) DO UPDATE
SET endpoint = excluded.endpoint, reachable = excluded.reachable, since = excluded.since, term = excluded.term
WHERE excluded.term = 0 OR phone.term <= excluded.term;

-- name: AddOrder :exec
INSERT INTO agent_order (fact_id, company, agent, call_id, at, by_person, verb, target, reason)
VALUES (sqlc.arg(fact_id), sqlc.arg(company), sqlc.arg(agent), sqlc.arg(call_id), sqlc.arg(at)::timestamptz, sqlc.arg(by_person), sqlc.arg(verb), sqlc.arg(target), sqlc.arg(reason));

-- name: AddEngineEvent :exec
INSERT INTO engine_event (fact_id, engine, kind, at, text, switch_started_at)
VALUES (sqlc.arg(fact_id), sqlc.arg(engine), sqlc.arg(kind), sqlc.arg(at)::timestamptz, sqlc.arg(text), sqlc.narg(switch_started_at));

-- name: BeginDial :exec
INSERT INTO dial (call_id, agent, matter) VALUES (sqlc.arg(call_id), sqlc.arg(agent), sqlc.arg(matter))
ON CONFLICT (call_id) DO NOTHING;

-- name: Dial :exec
UPDATE dial SET dialled_at = sqlc.arg(at)::timestamptz, agent = sqlc.arg(agent) WHERE call_id = sqlc.arg(call_id);

-- name: ReachDial :exec
UPDATE dial SET reached_at = sqlc.arg(at)::timestamptz, ring_ms = sqlc.arg(ring_ms) WHERE call_id = sqlc.arg(call_id);

-- name: EndDial :exec
UPDATE dial SET result = sqlc.arg(result)::text WHERE call_id = sqlc.arg(call_id);

-- name: AddConduct :exec
INSERT INTO conduct (call_id, talk_ms, caller_ms, agent_ms, overlap_ms, silence_ms, longest_silence_ms, caller_silent, partial)
VALUES (sqlc.arg(call_id), sqlc.arg(talk_ms), sqlc.arg(caller_ms), sqlc.arg(agent_ms), sqlc.arg(overlap_ms), sqlc.arg(silence_ms), sqlc.arg(longest_silence_ms), sqlc.arg(caller_silent), sqlc.arg(partial))
ON CONFLICT (call_id) DO NOTHING;

-- name: MarkEmergency :exec
UPDATE call SET emergency = true WHERE id = sqlc.arg(id);
