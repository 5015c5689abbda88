/** The tables and functions that count for several replicas. A function that was released is never changed: a new one has a new name. */

/** Unlogged: what a crash of the server takes, budgets find again in the usage records, and the windows of rate limits are short. */
export const stateSchema = `
CREATE UNLOGGED TABLE IF NOT EXISTS tapline_counters (
  key text COLLATE "C" PRIMARY KEY, value double precision NOT NULL, base double precision, since bigint NOT NULL, expires_at bigint NOT NULL) WITH (fillfactor = 50);
CREATE UNLOGGED TABLE IF NOT EXISTS tapline_holds (
  key text COLLATE "C", holder text COLLATE "C", amount double precision NOT NULL, until bigint NOT NULL, PRIMARY KEY (key, holder)) WITH (fillfactor = 50);
CREATE UNLOGGED TABLE IF NOT EXISTS tapline_notes (key text COLLATE "C" PRIMARY KEY, text text NOT NULL, expires_at bigint NOT NULL) WITH (fillfactor = 50);

CREATE OR REPLACE FUNCTION tapline_lock_state(p_keys text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE lock bigint;
BEGIN
  -- Always in one order, so that no two wait for each other.
  FOR lock IN SELECT DISTINCT hashtextextended('tapline:' || key, 0) AS l FROM unnest(p_keys) AS k(key) WHERE key IS NOT NULL ORDER BY l LOOP
    PERFORM pg_advisory_xact_lock(lock);
  END LOOP;
END $$;

CREATE OR REPLACE FUNCTION tapline_add_state(p_counter text, p_amount double precision, p_expires bigint, p_at bigint, p_now bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO tapline_counters AS c (key, value, base, since, expires_at)
    VALUES (p_counter, p_amount, CASE WHEN p_at IS NULL THEN 0 END, coalesce(p_at, p_now), p_expires)
    ON CONFLICT (key) DO UPDATE SET
      value = CASE WHEN c.expires_at <= p_now THEN excluded.value WHEN p_at IS NULL OR p_at >= c.since THEN c.value + excluded.value ELSE c.value END,
      base = CASE WHEN c.expires_at <= p_now THEN excluded.base ELSE c.base END,
      since = CASE WHEN c.expires_at <= p_now THEN excluded.since ELSE c.since END,
      expires_at = greatest(c.expires_at, excluded.expires_at);
$$;

CREATE OR REPLACE FUNCTION tapline_hold_state(p_hold jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO tapline_holds (key, holder, amount, until)
    VALUES (p_hold ->> 'key', p_hold ->> 'holder', (p_hold ->> 'amount')::double precision, (p_hold ->> 'untilMs')::bigint)
    ON CONFLICT (key, holder) DO UPDATE SET amount = excluded.amount, until = excluded.until;
$$;

CREATE OR REPLACE FUNCTION tapline_read_state(p_counter text, p_previous text, p_held text, p_now bigint) RETURNS double precision[] LANGUAGE sql AS $$
  SELECT ARRAY[
    coalesce((SELECT value + coalesce(base, 0) FROM tapline_counters WHERE key = p_counter AND expires_at > p_now), 0),
    coalesce((SELECT value + coalesce(base, 0) FROM tapline_counters WHERE key = p_previous AND expires_at > p_now), 0),
    coalesce((SELECT sum(amount) FROM tapline_holds WHERE key = p_held AND until > p_now), 0),
    (SELECT since FROM tapline_counters WHERE key = p_counter AND expires_at > p_now AND base IS NULL)];
$$;

CREATE OR REPLACE FUNCTION tapline_claim_state(p_claims jsonb, p_now bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE c jsonb; n double precision[]; said jsonb := '[]'; admitted boolean := true; counted double precision; wants double precision;
BEGIN
  PERFORM tapline_lock_state(ARRAY(SELECT key FROM jsonb_array_elements(p_claims) AS e(c), unnest(ARRAY[e.c #>> '{counter,counter}', e.c #>> '{hold,key}']) AS k(key)));
  FOR c IN SELECT value FROM jsonb_array_elements(p_claims) LOOP
    IF (c #>> '{counter,based}')::boolean THEN
      DELETE FROM tapline_counters WHERE key = c #>> '{counter,counter}' AND expires_at <= p_now;
      INSERT INTO tapline_counters (key, value, since, expires_at) VALUES (c #>> '{counter,counter}', 0, p_now, (c #>> '{counter,expiresAtMs}')::bigint) ON CONFLICT (key) DO NOTHING;
    END IF;
    n := tapline_read_state(c #>> '{counter,counter}', c #>> '{counter,previous}', c #>> '{hold,key}', p_now);
    counted := n[1] + n[2] * coalesce((c #>> '{counter,weight}')::double precision, 0);
    wants := coalesce((c #>> '{counter,add}')::double precision, 0) + coalesce((c #>> '{hold,amount}')::double precision, 0);
    admitted := admitted AND n[4] IS NULL AND counted < (c ->> 'limit')::double precision
      AND (counted + n[3] + wants <= (c ->> 'limit')::double precision OR coalesce((c ->> 'alone')::boolean, false) AND n[3] = 0);
    said := said || jsonb_build_array(to_jsonb(n));
  END LOOP;
  IF admitted THEN
    FOR c IN SELECT value FROM jsonb_array_elements(p_claims) LOOP
      IF (c #>> '{counter,add}')::double precision > 0 THEN
        PERFORM tapline_add_state(c #>> '{counter,counter}', (c #>> '{counter,add}')::double precision, (c #>> '{counter,expiresAtMs}')::bigint, NULL, p_now);
      END IF;
      IF c -> 'hold' IS NOT NULL THEN PERFORM tapline_hold_state(c -> 'hold'); END IF;
    END LOOP;
  END IF;
  RETURN jsonb_build_object('admitted', admitted, 'numbers', said);
END $$;

CREATE OR REPLACE FUNCTION tapline_settle_state(p_settlement jsonb, p_now bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE a jsonb;
BEGIN
  PERFORM tapline_lock_state(ARRAY(
    SELECT e ->> 'counter' FROM jsonb_array_elements(p_settlement -> 'adds') AS x(e) UNION ALL SELECT e ->> 'key' FROM jsonb_array_elements(p_settlement -> 'releases') AS y(e)));
  DELETE FROM tapline_holds USING jsonb_array_elements(p_settlement -> 'releases') AS r(e) WHERE key = e ->> 'key' AND holder = e ->> 'holder';
  FOR a IN SELECT value FROM jsonb_array_elements(p_settlement -> 'adds') LOOP
    PERFORM tapline_add_state(a ->> 'counter', (a ->> 'amount')::double precision, (a ->> 'expiresAtMs')::bigint, (a ->> 'atMs')::bigint, p_now);
  END LOOP;
END $$;
`
