-- Erasure by law (requirement C3): what a record says of a caller can be taken from it
-- without the chain breaking. See the package comment of store, "Erasure".

-- +goose Up
-- Form is the number in the seal's domain, as in sansheng/record/2. In form 2 what is
-- personal stands in the hash by a commitment, which stays when it is erased.
ALTER TABLE seal ADD COLUMN form smallint NOT NULL DEFAULT 1;
ALTER TABLE seal ADD COLUMN commitment text;
ALTER TABLE seal ADD CONSTRAINT seal_form_is_known CHECK (form IN (1, 2));
ALTER TABLE seal ADD CONSTRAINT seal_form_2_commits CHECK ((form = 2) = (commitment IS NOT NULL));
ALTER TABLE seal ADD CONSTRAINT seal_commitment_is_sha256 CHECK (commitment ~ '^[0-9a-f]{64}$');

-- What makes a call's commitments impossible to guess. It comes with the fact of the call's
-- end and goes with the erasure.
CREATE TABLE record_secret (
    call_id text  PRIMARY KEY REFERENCES call (id),
    secret  bytea NOT NULL,
    CONSTRAINT record_secret_has_32_bytes CHECK (octet_length(secret) = 32)
);

-- Which calls were erased, and the amendment that says by whom, when and why.
CREATE TABLE erasure (
    call_id      text PRIMARY KEY REFERENCES call (id),
    amendment_id uuid NOT NULL REFERENCES amendment (id),
    CONSTRAINT erasure_has_its_own_amendment UNIQUE (amendment_id)
);

-- A row as an erasure leaves it.
-- +goose StatementBegin
CREATE FUNCTION erased_row(what text, was jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT was || (CASE
        WHEN what = 'call' THEN '{"caller_number": "", "caller_name": ""}'
        WHEN what = 'offer' THEN '{"number": ""}'
        WHEN what = 'transfer' THEN '{"number": "", "reason": "", "sheet": null}'
        WHEN what = 'dial' THEN '{"matter": ""}'
        WHEN what = 'step' AND was->>'step' IN ('data', 'lookup') THEN '{"detail": ""}'
        WHEN what = 'amendment' THEN '{"reason": "erased", "body": ""}'
        ELSE '{}' END)::jsonb
$$;
-- +goose StatementEnd

-- Whether a change of a closed record is an erasure, and nothing else.
-- +goose StatementBegin
CREATE FUNCTION is_erasure(what text, of_call text, was jsonb, becomes jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM erasure WHERE erasure.call_id = of_call) AND becomes = erased_row(what, was)
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION call_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'call %: a record is never deleted', OLD.id USING ERRCODE = '23001';
    END IF;
    IF OLD.ended_at IS NOT NULL THEN
        IF NOT is_erasure('call', OLD.id, to_jsonb(OLD), to_jsonb(NEW)) THEN
            RAISE EXCEPTION 'call %: the record is closed, amend it instead', OLD.id USING ERRCODE = '23001';
        END IF;
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION part_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '% of call %: a record is never deleted', TG_TABLE_NAME, OLD.call_id USING ERRCODE = '23001';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.call_id <> OLD.call_id THEN
        RAISE EXCEPTION '% of call %: a part stays with its call', TG_TABLE_NAME, OLD.call_id USING ERRCODE = '23001';
    END IF;
    PERFORM 1 FROM call WHERE id = NEW.call_id AND ended_at IS NOT NULL;
    IF FOUND THEN
        IF TG_OP = 'UPDATE' THEN
            IF is_erasure(TG_TABLE_NAME::text, NEW.call_id, to_jsonb(OLD), to_jsonb(NEW)) THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION '% of call %: the record is closed, amend it instead', TG_TABLE_NAME, NEW.call_id USING ERRCODE = '23001';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION amendment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF is_erasure('amendment', OLD.call_id, to_jsonb(OLD), to_jsonb(NEW)) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '%: rows are only added', TG_TABLE_NAME USING ERRCODE = '23001';
END $$;
-- +goose StatementEnd
DROP TRIGGER amendment_guard ON amendment;
CREATE TRIGGER amendment_guard BEFORE UPDATE OR DELETE ON amendment
    FOR EACH ROW EXECUTE FUNCTION amendment_guard();

-- +goose StatementBegin
CREATE FUNCTION record_secret_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM 1 FROM erasure WHERE erasure.call_id = OLD.call_id;
        IF FOUND THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'secret of call %: it goes with an erasure only', OLD.call_id USING ERRCODE = '23001';
END $$;
-- +goose StatementEnd
CREATE TRIGGER record_secret_guard BEFORE UPDATE OR DELETE ON record_secret
    FOR EACH ROW EXECUTE FUNCTION record_secret_guard();
CREATE TRIGGER record_secret_truncate_guard BEFORE TRUNCATE ON record_secret EXECUTE FUNCTION append_guard();
CREATE TRIGGER erasure_guard BEFORE UPDATE OR DELETE ON erasure
    FOR EACH ROW EXECUTE FUNCTION append_guard();
CREATE TRIGGER erasure_truncate_guard BEFORE TRUNCATE ON erasure EXECUTE FUNCTION append_guard();

-- +goose Down
DROP TRIGGER amendment_guard ON amendment;
CREATE TRIGGER amendment_guard BEFORE UPDATE OR DELETE ON amendment
    FOR EACH ROW EXECUTE FUNCTION append_guard();
DROP TABLE erasure, record_secret;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION call_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'call %: a record is never deleted', OLD.id USING ERRCODE = '23001';
    END IF;
    IF OLD.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'call %: the record is closed, amend it instead', OLD.id USING ERRCODE = '23001';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION part_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '% of call %: a record is never deleted', TG_TABLE_NAME, OLD.call_id USING ERRCODE = '23001';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.call_id <> OLD.call_id THEN
        RAISE EXCEPTION '% of call %: a part stays with its call', TG_TABLE_NAME, OLD.call_id USING ERRCODE = '23001';
    END IF;
    PERFORM 1 FROM call WHERE id = NEW.call_id AND ended_at IS NOT NULL;
    IF FOUND THEN
        RAISE EXCEPTION '% of call %: the record is closed, amend it instead', TG_TABLE_NAME, NEW.call_id USING ERRCODE = '23001';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
DROP FUNCTION record_secret_guard(), amendment_guard(), is_erasure(text, text, jsonb, jsonb), erased_row(text, jsonb);
ALTER TABLE seal DROP COLUMN commitment;
ALTER TABLE seal DROP COLUMN form;
