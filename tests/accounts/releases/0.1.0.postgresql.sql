CREATE TABLE public.accounts (
    id character varying(64) NOT NULL,
    name character varying(200) NOT NULL,
    tier character varying(20) NOT NULL,
    credits integer,
    created_at timestamp without time zone NOT NULL,
    disabled_at timestamp without time zone
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.api_keys (
    id character varying(64) NOT NULL,
    account_id character varying(64) NOT NULL,
    name character varying(200) NOT NULL,
    digest character varying(64) NOT NULL,
    hint character varying(40) NOT NULL,
    created_at timestamp without time zone NOT NULL,
    last_used_at timestamp without time zone,
    expires_at timestamp without time zone,
    revoked_at timestamp without time zone,
    scopes character varying(200)
);
CREATE TABLE public.credit_entries (
    id integer NOT NULL,
    account_id character varying(64) NOT NULL,
    job_id character varying(64),
    kind character varying(10) NOT NULL,
    amount integer NOT NULL,
    balance integer NOT NULL,
    note character varying(200) NOT NULL,
    created_at timestamp without time zone NOT NULL
);
CREATE SEQUENCE public.credit_entries_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.credit_entries_id_seq OWNED BY public.credit_entries.id;
CREATE TABLE public.files (
    path character varying(200) NOT NULL,
    account_id character varying(64) NOT NULL,
    job_id character varying(64),
    kind character varying(10) NOT NULL,
    media_type character varying(100) NOT NULL,
    size bigint NOT NULL,
    sha256 character varying(64) NOT NULL,
    original_name text NOT NULL,
    created_at timestamp without time zone NOT NULL,
    used_at timestamp without time zone,
    deleted_at timestamp without time zone
);
CREATE TABLE public.idempotent_answers (
    account_id character varying(64) NOT NULL,
    key character varying(255) NOT NULL,
    body_digest character varying(64) NOT NULL,
    job_id character varying(64) NOT NULL,
    answer json NOT NULL,
    created_at timestamp without time zone NOT NULL
);
CREATE TABLE public.job_events (
    job_id character varying(64) NOT NULL,
    seq integer NOT NULL,
    event character varying(40) NOT NULL,
    data json NOT NULL,
    created_at timestamp without time zone NOT NULL
);
CREATE TABLE public.job_totals (
    model_id character varying(100) NOT NULL,
    feature character varying(40) NOT NULL,
    outcome character varying(20) NOT NULL,
    jobs bigint NOT NULL,
    seconds double precision NOT NULL
);
CREATE TABLE public.jobs (
    id character varying(64) NOT NULL,
    account_id character varying(64) NOT NULL,
    feature character varying(40) NOT NULL,
    model_id character varying(100) NOT NULL,
    status character varying(20) NOT NULL,
    request json NOT NULL,
    output_format character varying(10) NOT NULL,
    created_at timestamp without time zone NOT NULL,
    started_at timestamp without time zone,
    completed_at timestamp without time zone,
    progress double precision NOT NULL,
    stage character varying(100) NOT NULL,
    eta timestamp without time zone,
    result json,
    error json,
    attempts integer NOT NULL,
    fence integer NOT NULL,
    lease_owner character varying(100),
    lease_until timestamp without time zone,
    last_seq integer NOT NULL,
    credits integer,
    seconds double precision DEFAULT '0'::double precision NOT NULL,
    request_id character varying(64) DEFAULT ''::character varying NOT NULL,
    lost_attempts integer DEFAULT 0 NOT NULL,
    lost_servers integer DEFAULT 0 NOT NULL,
    not_before timestamp without time zone,
    quarantined boolean DEFAULT false NOT NULL,
    input_bytes bigint DEFAULT '0'::bigint NOT NULL
);
CREATE TABLE public.webhook_deliveries (
    id character varying(64) NOT NULL,
    webhook_id character varying(64) NOT NULL,
    account_id character varying(64) NOT NULL,
    job_id character varying(64),
    event character varying(40) NOT NULL,
    payload json NOT NULL,
    status character varying(20) NOT NULL,
    tries json NOT NULL,
    attempts integer NOT NULL,
    tries_left integer NOT NULL,
    next_try_at timestamp without time zone,
    lease character varying(64),
    lease_until timestamp without time zone,
    created_at timestamp without time zone NOT NULL,
    delivered_at timestamp without time zone
);
CREATE TABLE public.webhooks (
    id character varying(64) NOT NULL,
    account_id character varying(64) NOT NULL,
    url text NOT NULL,
    events json NOT NULL,
    secret text NOT NULL,
    old_secret text,
    old_secret_until timestamp without time zone,
    enabled boolean NOT NULL,
    disabled_reason text,
    failing_since timestamp without time zone,
    created_at timestamp without time zone NOT NULL,
    disabled_at timestamp without time zone
);
ALTER TABLE ONLY public.credit_entries ALTER COLUMN id SET DEFAULT nextval('public.credit_entries_id_seq'::regclass);
INSERT INTO public.accounts VALUES ('local', 'This machine', 'local', NULL, '2026-11-24 08:00:00', NULL);
INSERT INTO public.accounts VALUES ('acc_ada', 'Ada Löwe', 'pro', 85, '2026-11-24 08:00:00', NULL);
INSERT INTO public.alembic_version VALUES ('0008');
INSERT INTO public.api_keys VALUES ('key_1', 'acc_ada', 'laptop', 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', 'p3d_ab…', '2026-11-24 08:00:00', NULL, NULL, NULL, NULL);
INSERT INTO public.credit_entries VALUES (1, 'acc_ada', NULL, 'grant', 100, 100, 'first credits', '2026-11-24 01:35:56.826654');
INSERT INTO public.credit_entries VALUES (2, 'acc_ada', 'job_queued', 'reserve', -5, 95, '', '2026-11-24 01:35:56.835681');
INSERT INTO public.credit_entries VALUES (3, 'acc_ada', 'job_processing', 'reserve', -5, 90, '', '2026-11-24 01:35:56.848244');
INSERT INTO public.credit_entries VALUES (4, 'acc_ada', 'job_completed', 'reserve', -5, 85, '', '2026-11-24 01:35:56.852795');
INSERT INTO public.credit_entries VALUES (5, 'acc_ada', 'job_failed', 'reserve', -5, 80, '', '2026-11-24 01:35:56.860185');
INSERT INTO public.credit_entries VALUES (6, 'acc_ada', 'job_cancelled', 'reserve', -5, 75, '', '2026-11-24 01:35:56.868389');
INSERT INTO public.credit_entries VALUES (7, 'acc_ada', 'job_quarantined', 'reserve', -5, 70, '', '2026-11-24 01:35:56.871191');
INSERT INTO public.credit_entries VALUES (8, 'acc_ada', 'job_completed', 'settle', 0, 70, '', '2026-11-24 01:35:56.904517');
INSERT INTO public.credit_entries VALUES (9, 'acc_ada', 'job_failed', 'refund', 5, 75, '', '2026-11-24 01:35:56.923075');
INSERT INTO public.credit_entries VALUES (10, 'acc_ada', 'job_quarantined', 'refund', 5, 80, '', '2026-11-24 01:35:56.942505');
INSERT INTO public.credit_entries VALUES (11, 'acc_ada', 'job_cancelled', 'refund', 5, 85, '', '2026-11-24 01:35:56.952435');
INSERT INTO public.files VALUES ('uploads/mesh_1.glb', 'acc_ada', NULL, 'mesh', 'model/gltf-binary', 12, '0000000000000000000000000000000000000000000000000000000000000000', 'Stuhl.glb', '2026-11-24 08:00:00', NULL, NULL);
INSERT INTO public.files VALUES ('outputs/mesh_2.glb', 'acc_ada', 'job_completed', 'mesh', 'model/gltf-binary', 34, '1111111111111111111111111111111111111111111111111111111111111111', '', '2026-11-24 01:35:56.908758', NULL, NULL);
INSERT INTO public.idempotent_answers VALUES ('acc_ada', 'once', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'job_completed', '{"estimated_completion": "2026-11-24T08:00:00+00:00", "credits": 5}', '2026-11-24 08:00:00');
INSERT INTO public.job_events VALUES ('job_queued', 1, 'job_queued', '{"attempt": 1}', '2026-11-24 01:35:56.838102');
INSERT INTO public.job_events VALUES ('job_processing', 1, 'job_queued', '{"attempt": 1}', '2026-11-24 01:35:56.849069');
INSERT INTO public.job_events VALUES ('job_completed', 1, 'job_queued', '{"attempt": 1}', '2026-11-24 01:35:56.853653');
INSERT INTO public.job_events VALUES ('job_failed', 1, 'job_queued', '{"attempt": 1}', '2026-11-24 01:35:56.860936');
INSERT INTO public.job_events VALUES ('job_cancelled', 1, 'job_queued', '{"attempt": 1}', '2026-11-24 01:35:56.869233');
INSERT INTO public.job_events VALUES ('job_quarantined', 1, 'job_queued', '{"attempt": 1}', '2026-11-24 01:35:56.875927');
INSERT INTO public.job_events VALUES ('job_processing', 2, 'job_started', '{"attempt": 1}', '2026-11-24 01:35:56.885011');
INSERT INTO public.job_events VALUES ('job_processing', 3, 'progress_update', '{"progress": 0.5, "stage": "shaping", "eta": "2026-11-24T08:00:09.000Z"}', '2026-11-24 01:35:56.888271');
INSERT INTO public.job_events VALUES ('job_completed', 2, 'job_started', '{"attempt": 1}', '2026-11-24 01:35:56.891649');
INSERT INTO public.job_events VALUES ('job_completed', 3, 'progress_update', '{"progress": 0.5, "stage": "shaping", "eta": "2026-11-24T08:00:09.000Z"}', '2026-11-24 01:35:56.896765');
INSERT INTO public.job_events VALUES ('job_completed', 4, 'job_completed', '{"result": {"file_path": "outputs/mesh_2.glb", "format": "glb", "faces": 12}}', '2026-11-24 01:35:56.900878');
INSERT INTO public.job_events VALUES ('job_failed', 2, 'job_started', '{"attempt": 1}', '2026-11-24 01:35:56.91236');
INSERT INTO public.job_events VALUES ('job_failed', 3, 'progress_update', '{"progress": 0.5, "stage": "shaping", "eta": "2026-11-24T08:00:09.000Z"}', '2026-11-24 01:35:56.916959');
INSERT INTO public.job_events VALUES ('job_failed', 4, 'job_failed', '{"error": "It broke.", "error_code": "PROCESSING_FAILED", "suggestion": "Try again."}', '2026-11-24 01:35:56.921841');
INSERT INTO public.job_events VALUES ('job_quarantined', 2, 'job_started', '{"attempt": 1}', '2026-11-24 01:35:56.926616');
INSERT INTO public.job_events VALUES ('job_quarantined', 3, 'progress_update', '{"progress": 0.5, "stage": "shaping", "eta": "2026-11-24T08:00:09.000Z"}', '2026-11-24 01:35:56.935191');
INSERT INTO public.job_events VALUES ('job_quarantined', 4, 'job_failed', '{"error": "It died. This was attempt 1 of 1.", "error_code": "PROCESSING_FAILED", "suggestion": "The job is kept for the operator, who can try it again. Try again.", "quarantined": true}', '2026-11-24 01:35:56.941299');
INSERT INTO public.job_events VALUES ('job_cancelled', 2, 'job_failed', '{"error": "The job was cancelled.", "error_code": "CANCELLED", "suggestion": "Submit it again if you still want the result."}', '2026-11-24 01:35:56.946975');
INSERT INTO public.job_totals VALUES ('builtin_text', 'mesh_generation', 'completed', 1, 0.006346);
INSERT INTO public.job_totals VALUES ('builtin_text', 'mesh_generation', 'error', 2, 0.019236);
INSERT INTO public.job_totals VALUES ('builtin_text', 'mesh_generation', 'cancelled', 1, 0);
INSERT INTO public.jobs VALUES ('job_queued', 'acc_ada', 'mesh_generation', 'builtin_text', 'queued', '{"text_prompt": "a red chair", "seed": 7}', 'glb', '2026-11-24 08:00:00', NULL, NULL, 0, '', NULL, NULL, NULL, 0, 0, NULL, NULL, 1, 5, 0, 'req_queued', 0, 0, NULL, false, 0);
INSERT INTO public.jobs VALUES ('job_processing', 'acc_ada', 'mesh_generation', 'builtin_text', 'processing', '{"text_prompt": "a red chair", "seed": 7}', 'glb', '2026-11-24 08:00:00', '2026-11-24 01:35:56.884992', NULL, 0.5, 'shaping', '2026-11-24 08:00:09', NULL, NULL, 1, 1, 'old:1:00', '2026-11-24 01:36:11.884992', 3, 5, 0, 'req_processing', 0, 0, NULL, false, 0);
INSERT INTO public.jobs VALUES ('job_completed', 'acc_ada', 'mesh_generation', 'builtin_text', 'completed', '{"text_prompt": "a red chair", "seed": 7}', 'glb', '2026-11-24 08:00:00', '2026-11-24 01:35:56.891632', '2026-11-24 01:35:56.897978', 1, 'shaping', NULL, '{"file_path": "outputs/mesh_2.glb", "format": "glb", "faces": 12}', NULL, 1, 1, NULL, NULL, 4, 5, 0.006331, 'req_completed', 0, 0, NULL, false, 0);
INSERT INTO public.jobs VALUES ('job_failed', 'acc_ada', 'mesh_generation', 'builtin_text', 'error', '{"text_prompt": "a red chair", "seed": 7}', 'glb', '2026-11-24 08:00:00', '2026-11-24 01:35:56.912343', '2026-11-24 01:35:56.918069', 0.5, 'shaping', NULL, NULL, '{"code": "PROCESSING_FAILED", "message": "It broke.", "suggestion": "Try again."}', 1, 1, NULL, NULL, 4, 0, 0.005713, 'req_failed', 0, 0, NULL, false, 0);
INSERT INTO public.jobs VALUES ('job_quarantined', 'acc_ada', 'mesh_generation', 'builtin_text', 'error', '{"text_prompt": "a red chair", "seed": 7}', 'glb', '2026-11-24 08:00:00', '2026-11-24 01:35:56.9266', '2026-11-24 01:35:56.94011', 0.5, 'shaping', NULL, NULL, '{"code": "PROCESSING_FAILED", "message": "It died. This was attempt 1 of 1.", "suggestion": "The job is kept for the operator, who can try it again. Try again.", "quarantined": true}', 1, 1, NULL, NULL, 4, 0, 0.013503, 'req_quarantined', 1, 0, NULL, true, 0);
INSERT INTO public.jobs VALUES ('job_cancelled', 'acc_ada', 'mesh_generation', 'builtin_text', 'error', '{"text_prompt": "a red chair", "seed": 7}', 'glb', '2026-11-24 08:00:00', NULL, '2026-11-24 01:35:56.945878', 0, '', NULL, NULL, '{"code": "CANCELLED", "message": "The job was cancelled.", "suggestion": "Submit it again if you still want the result."}', 0, 1, NULL, NULL, 2, 0, 0, 'req_cancelled', 0, 0, NULL, false, 0);
INSERT INTO public.webhook_deliveries VALUES ('msg_0c16b2ca0c7f09cbbc98b2ed', 'whk_1', 'acc_ada', 'job_completed', 'job_completed', '{"event": "job_completed", "job_id": "job_completed", "timestamp": "2026-11-24T01:35:56.900Z", "data": {"feature": "mesh_generation", "result": {"file_path": "outputs/mesh_2.glb", "format": "glb", "faces": 12}}}', 'pending', '[]', 0, 10, '2026-11-24 01:35:56.901408', NULL, NULL, '2026-11-24 01:35:56.901408', NULL);
INSERT INTO public.webhook_deliveries VALUES ('msg_ed847cb3daf704b135fc53a6', 'whk_1', 'acc_ada', 'job_failed', 'job_failed', '{"event": "job_failed", "job_id": "job_failed", "timestamp": "2026-11-24T01:35:56.921Z", "data": {"feature": "mesh_generation", "error": "It broke.", "error_code": "PROCESSING_FAILED", "suggestion": "Try again."}}', 'pending', '[]', 0, 10, '2026-11-24 01:35:56.922356', NULL, NULL, '2026-11-24 01:35:56.922356', NULL);
INSERT INTO public.webhook_deliveries VALUES ('msg_59653749de80bac41706b8f5', 'whk_1', 'acc_ada', 'job_quarantined', 'job_failed', '{"event": "job_failed", "job_id": "job_quarantined", "timestamp": "2026-11-24T01:35:56.941Z", "data": {"feature": "mesh_generation", "error": "It died. This was attempt 1 of 1.", "error_code": "PROCESSING_FAILED", "suggestion": "The job is kept for the operator, who can try it again. Try again.", "quarantined": true}}', 'pending', '[]', 0, 10, '2026-11-24 01:35:56.941699', NULL, NULL, '2026-11-24 01:35:56.941699', NULL);
INSERT INTO public.webhook_deliveries VALUES ('msg_f25e691b2db88ad032d70eb4', 'whk_1', 'acc_ada', 'job_cancelled', 'job_failed', '{"event": "job_failed", "job_id": "job_cancelled", "timestamp": "2026-11-24T01:35:56.946Z", "data": {"feature": "mesh_generation", "error": "The job was cancelled.", "error_code": "CANCELLED", "suggestion": "Submit it again if you still want the result."}}', 'pending', '[]', 0, 10, '2026-11-24 01:35:56.951741', NULL, NULL, '2026-11-24 01:35:56.951741', NULL);
INSERT INTO public.webhooks VALUES ('whk_1', 'acc_ada', 'https://ada.example/hook', '["job_completed", "job_failed"]', 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', NULL, NULL, true, NULL, NULL, '2026-11-24 08:00:00', NULL);
SELECT pg_catalog.setval('public.credit_entries_id_seq', 11, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT pk_accounts PRIMARY KEY (id);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT pk_api_keys PRIMARY KEY (id);
ALTER TABLE ONLY public.credit_entries
    ADD CONSTRAINT pk_credit_entries PRIMARY KEY (id);
ALTER TABLE ONLY public.files
    ADD CONSTRAINT pk_files PRIMARY KEY (path);
ALTER TABLE ONLY public.idempotent_answers
    ADD CONSTRAINT pk_idempotent_answers PRIMARY KEY (account_id, key);
ALTER TABLE ONLY public.job_events
    ADD CONSTRAINT pk_job_events PRIMARY KEY (job_id, seq);
ALTER TABLE ONLY public.job_totals
    ADD CONSTRAINT pk_job_totals PRIMARY KEY (model_id, feature, outcome);
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT pk_jobs PRIMARY KEY (id);
ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT pk_webhook_deliveries PRIMARY KEY (id);
ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT pk_webhooks PRIMARY KEY (id);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT uq_api_keys_digest UNIQUE (digest);
ALTER TABLE ONLY public.credit_entries
    ADD CONSTRAINT uq_credit_entries_job_id_kind UNIQUE (job_id, kind);
CREATE INDEX ix_api_keys_account_id ON public.api_keys USING btree (account_id);
CREATE INDEX ix_credit_entries_account_id ON public.credit_entries USING btree (account_id);
CREATE INDEX ix_files_account_id_created_at ON public.files USING btree (account_id, created_at);
CREATE INDEX ix_files_job_id ON public.files USING btree (job_id);
CREATE INDEX ix_files_space ON public.files USING btree (account_id, deleted_at, job_id, size);
CREATE INDEX ix_idempotent_answers_created_at ON public.idempotent_answers USING btree (created_at);
CREATE INDEX ix_jobs_account_id_created_at ON public.jobs USING btree (account_id, created_at);
CREATE INDEX ix_jobs_inputs ON public.jobs USING btree (account_id, input_bytes) WHERE (input_bytes > 0);
CREATE INDEX ix_jobs_model_id_completed_at ON public.jobs USING btree (model_id, completed_at);
CREATE INDEX ix_jobs_queue ON public.jobs USING btree (status, account_id, model_id, created_at, id);
CREATE INDEX ix_webhook_deliveries_created_at ON public.webhook_deliveries USING btree (created_at);
CREATE INDEX ix_webhook_deliveries_status_next_try_at ON public.webhook_deliveries USING btree (status, next_try_at);
CREATE INDEX ix_webhook_deliveries_webhook_id_created_at ON public.webhook_deliveries USING btree (webhook_id, created_at);
CREATE INDEX ix_webhooks_account_id ON public.webhooks USING btree (account_id);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT fk_api_keys_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.credit_entries
    ADD CONSTRAINT fk_credit_entries_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.files
    ADD CONSTRAINT fk_files_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.files
    ADD CONSTRAINT fk_files_job_id FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.idempotent_answers
    ADD CONSTRAINT fk_idempotent_answers_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.job_events
    ADD CONSTRAINT fk_job_events_job_id FOREIGN KEY (job_id) REFERENCES public.jobs(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT fk_jobs_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id);
ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT fk_webhook_deliveries_webhook_id FOREIGN KEY (webhook_id) REFERENCES public.webhooks(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT fk_webhooks_account_id FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;
