BEGIN TRANSACTION;
CREATE TABLE "accounts" (
	id VARCHAR(64) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	tier VARCHAR(20) NOT NULL, 
	credits INTEGER, 
	created_at DATETIME NOT NULL, 
	disabled_at DATETIME, 
	CONSTRAINT pk_accounts PRIMARY KEY (id)
);
INSERT INTO "accounts" VALUES('local','This machine','local',NULL,'2026-11-24 08:00:00.000000',NULL);
INSERT INTO "accounts" VALUES('acc_ada','Ada Löwe','pro',85,'2026-11-24 08:00:00.000000',NULL);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0008');
CREATE TABLE api_keys (
	id VARCHAR(64) NOT NULL, 
	account_id VARCHAR(64) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	hint VARCHAR(40) NOT NULL, 
	created_at DATETIME NOT NULL, 
	last_used_at DATETIME, 
	expires_at DATETIME, 
	revoked_at DATETIME, scopes VARCHAR(200), 
	CONSTRAINT pk_api_keys PRIMARY KEY (id), 
	CONSTRAINT fk_api_keys_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT uq_api_keys_digest UNIQUE (digest)
);
INSERT INTO "api_keys" VALUES('key_1','acc_ada','laptop','dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','p3d_ab…','2026-11-24 08:00:00.000000',NULL,NULL,NULL,NULL);
CREATE TABLE credit_entries (
	id INTEGER NOT NULL, 
	account_id VARCHAR(64) NOT NULL, 
	job_id VARCHAR(64), 
	kind VARCHAR(10) NOT NULL, 
	amount INTEGER NOT NULL, 
	balance INTEGER NOT NULL, 
	note VARCHAR(200) NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_credit_entries PRIMARY KEY (id), 
	CONSTRAINT fk_credit_entries_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE, 
	CONSTRAINT uq_credit_entries_job_id_kind UNIQUE (job_id, kind)
);
INSERT INTO "credit_entries" VALUES(1,'acc_ada',NULL,'grant',100,100,'first credits','2026-11-24 01:35:55.806246');
INSERT INTO "credit_entries" VALUES(2,'acc_ada','job_queued','reserve',-5,95,'','2026-11-24 01:35:55.812629');
INSERT INTO "credit_entries" VALUES(3,'acc_ada','job_processing','reserve',-5,90,'','2026-11-24 01:35:55.821024');
INSERT INTO "credit_entries" VALUES(4,'acc_ada','job_completed','reserve',-5,85,'','2026-11-24 01:35:55.827917');
INSERT INTO "credit_entries" VALUES(5,'acc_ada','job_failed','reserve',-5,80,'','2026-11-24 01:35:55.829288');
INSERT INTO "credit_entries" VALUES(6,'acc_ada','job_cancelled','reserve',-5,75,'','2026-11-24 01:35:55.830569');
INSERT INTO "credit_entries" VALUES(7,'acc_ada','job_quarantined','reserve',-5,70,'','2026-11-24 01:35:55.831681');
INSERT INTO "credit_entries" VALUES(8,'acc_ada','job_completed','settle',0,70,'','2026-11-24 01:35:55.851691');
INSERT INTO "credit_entries" VALUES(9,'acc_ada','job_failed','refund',5,75,'','2026-11-24 01:35:55.860048');
INSERT INTO "credit_entries" VALUES(10,'acc_ada','job_quarantined','refund',5,80,'','2026-11-24 01:35:55.866154');
INSERT INTO "credit_entries" VALUES(11,'acc_ada','job_cancelled','refund',5,85,'','2026-11-24 01:35:55.876417');
CREATE TABLE files (
	path VARCHAR(200) NOT NULL, 
	account_id VARCHAR(64) NOT NULL, 
	job_id VARCHAR(64), 
	kind VARCHAR(10) NOT NULL, 
	media_type VARCHAR(100) NOT NULL, 
	size BIGINT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	original_name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, used_at DATETIME, deleted_at DATETIME, 
	CONSTRAINT pk_files PRIMARY KEY (path), 
	CONSTRAINT fk_files_account_id FOREIGN KEY(account_id) REFERENCES accounts (id), 
	CONSTRAINT fk_files_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);
INSERT INTO "files" VALUES('uploads/mesh_1.glb','acc_ada',NULL,'mesh','model/gltf-binary',12,'0000000000000000000000000000000000000000000000000000000000000000','Stuhl.glb','2026-11-24 08:00:00.000000',NULL,NULL);
INSERT INTO "files" VALUES('outputs/mesh_2.glb','acc_ada','job_completed','mesh','model/gltf-binary',34,'1111111111111111111111111111111111111111111111111111111111111111','','2026-11-24 01:35:55.852445',NULL,NULL);
CREATE TABLE idempotent_answers (
	account_id VARCHAR(64) NOT NULL, 
	"key" VARCHAR(255) NOT NULL, 
	body_digest VARCHAR(64) NOT NULL, 
	job_id VARCHAR(64) NOT NULL, 
	answer JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_idempotent_answers PRIMARY KEY (account_id, "key"), 
	CONSTRAINT fk_idempotent_answers_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "idempotent_answers" VALUES('acc_ada','once','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','job_completed','{"estimated_completion": "2026-11-24T08:00:00+00:00", "credits": 5}','2026-11-24 08:00:00.000000');
CREATE TABLE job_events (
	job_id VARCHAR(64) NOT NULL, 
	seq INTEGER NOT NULL, 
	event VARCHAR(40) NOT NULL, 
	data JSON NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_job_events PRIMARY KEY (job_id, seq), 
	CONSTRAINT fk_job_events_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
);
INSERT INTO "job_events" VALUES('job_queued',1,'job_queued','{"attempt": 1}','2026-11-24 01:35:55.814082');
INSERT INTO "job_events" VALUES('job_processing',1,'job_queued','{"attempt": 1}','2026-11-24 01:35:55.821311');
INSERT INTO "job_events" VALUES('job_completed',1,'job_queued','{"attempt": 1}','2026-11-24 01:35:55.828238');
INSERT INTO "job_events" VALUES('job_failed',1,'job_queued','{"attempt": 1}','2026-11-24 01:35:55.829686');
INSERT INTO "job_events" VALUES('job_cancelled',1,'job_queued','{"attempt": 1}','2026-11-24 01:35:55.830809');
INSERT INTO "job_events" VALUES('job_quarantined',1,'job_queued','{"attempt": 1}','2026-11-24 01:35:55.831928');
INSERT INTO "job_events" VALUES('job_processing',2,'job_started','{"attempt": 1}','2026-11-24 01:35:55.834396');
INSERT INTO "job_events" VALUES('job_processing',3,'progress_update','{"progress": 0.5, "stage": "shaping", "eta": "2026-11-24T08:00:09.000Z"}','2026-11-24 01:35:55.841191');
INSERT INTO "job_events" VALUES('job_completed',2,'job_started','{"attempt": 1}','2026-11-24 01:35:55.842169');
INSERT INTO "job_events" VALUES('job_completed',3,'progress_update','{"progress": 0.5, "stage": "shaping", "eta": "2026-11-24T08:00:09.000Z"}','2026-11-24 01:35:55.848067');
INSERT INTO "job_events" VALUES('job_completed',4,'job_completed','{"result": {"file_path": "outputs/mesh_2.glb", "format": "glb", "faces": 12}}','2026-11-24 01:35:55.849268');
INSERT INTO "job_events" VALUES('job_failed',2,'job_started','{"attempt": 1}','2026-11-24 01:35:55.853606');
INSERT INTO "job_events" VALUES('job_failed',3,'progress_update','{"progress": 0.5, "stage": "shaping", "eta": "2026-11-24T08:00:09.000Z"}','2026-11-24 01:35:55.854381');
INSERT INTO "job_events" VALUES('job_failed',4,'job_failed','{"error": "It broke.", "error_code": "PROCESSING_FAILED", "suggestion": "Try again."}','2026-11-24 01:35:55.855250');
INSERT INTO "job_events" VALUES('job_quarantined',2,'job_started','{"attempt": 1}','2026-11-24 01:35:55.860881');
INSERT INTO "job_events" VALUES('job_quarantined',3,'progress_update','{"progress": 0.5, "stage": "shaping", "eta": "2026-11-24T08:00:09.000Z"}','2026-11-24 01:35:55.864489');
INSERT INTO "job_events" VALUES('job_quarantined',4,'job_failed','{"error": "It died. This was attempt 1 of 1.", "error_code": "PROCESSING_FAILED", "suggestion": "The job is kept for the operator, who can try it again. Try again.", "quarantined": true}','2026-11-24 01:35:55.865577');
INSERT INTO "job_events" VALUES('job_cancelled',2,'job_failed','{"error": "The job was cancelled.", "error_code": "CANCELLED", "suggestion": "Submit it again if you still want the result."}','2026-11-24 01:35:55.867237');
CREATE TABLE job_totals (
	model_id VARCHAR(100) NOT NULL, 
	feature VARCHAR(40) NOT NULL, 
	outcome VARCHAR(20) NOT NULL, 
	jobs BIGINT NOT NULL, 
	seconds DOUBLE NOT NULL, 
	CONSTRAINT pk_job_totals PRIMARY KEY (model_id, feature, outcome)
);
INSERT INTO "job_totals" VALUES('builtin_text','mesh_generation','completed',1,0.00645);
INSERT INTO "job_totals" VALUES('builtin_text','mesh_generation','error',2,0.005373);
INSERT INTO "job_totals" VALUES('builtin_text','mesh_generation','cancelled',1,0.0);
CREATE TABLE "jobs" (
	id VARCHAR(64) NOT NULL, 
	account_id VARCHAR(64) NOT NULL, 
	feature VARCHAR(40) NOT NULL, 
	model_id VARCHAR(100) NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	request JSON NOT NULL, 
	output_format VARCHAR(10) NOT NULL, 
	created_at DATETIME NOT NULL, 
	started_at DATETIME, 
	completed_at DATETIME, 
	progress DOUBLE NOT NULL, 
	stage VARCHAR(100) NOT NULL, 
	eta DATETIME, 
	result JSON, 
	error JSON, 
	attempts INTEGER NOT NULL, 
	fence INTEGER NOT NULL, 
	lease_owner VARCHAR(100), 
	lease_until DATETIME, 
	last_seq INTEGER NOT NULL, 
	credits INTEGER, 
	seconds DOUBLE DEFAULT '0' NOT NULL, 
	request_id VARCHAR(64) DEFAULT ('') NOT NULL, 
	lost_attempts INTEGER DEFAULT '0' NOT NULL, 
	lost_servers INTEGER DEFAULT '0' NOT NULL, 
	not_before DATETIME, 
	quarantined BOOLEAN DEFAULT 0 NOT NULL, input_bytes BIGINT DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_jobs PRIMARY KEY (id), 
	CONSTRAINT fk_jobs_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
);
INSERT INTO "jobs" VALUES('job_queued','acc_ada','mesh_generation','builtin_text','queued','{"text_prompt": "a red chair", "seed": 7}','glb','2026-11-24 08:00:00.000000',NULL,NULL,0.0,'',NULL,NULL,NULL,0,0,NULL,NULL,1,5,0.0,'req_queued',0,0,NULL,0,0);
INSERT INTO "jobs" VALUES('job_processing','acc_ada','mesh_generation','builtin_text','processing','{"text_prompt": "a red chair", "seed": 7}','glb','2026-11-24 08:00:00.000000','2026-11-24 01:35:55.834375',NULL,0.5,'shaping','2026-11-24 08:00:09.000000',NULL,NULL,1,1,'old:1:00','2026-11-24 01:36:10.834375',3,5,0.0,'req_processing',0,0,NULL,0,0);
INSERT INTO "jobs" VALUES('job_completed','acc_ada','mesh_generation','builtin_text','completed','{"text_prompt": "a red chair", "seed": 7}','glb','2026-11-24 08:00:00.000000','2026-11-24 01:35:55.842153','2026-11-24 01:35:55.848603',1.0,'shaping',NULL,'{"file_path": "outputs/mesh_2.glb", "format": "glb", "faces": 12}',NULL,1,1,NULL,NULL,4,5,0.006441,'req_completed',0,0,NULL,0,0);
INSERT INTO "jobs" VALUES('job_failed','acc_ada','mesh_generation','builtin_text','error','{"text_prompt": "a red chair", "seed": 7}','glb','2026-11-24 08:00:00.000000','2026-11-24 01:35:55.853590','2026-11-24 01:35:55.854891',0.5,'shaping',NULL,NULL,'{"code": "PROCESSING_FAILED", "message": "It broke.", "suggestion": "Try again."}',1,1,NULL,NULL,4,0,0.001291,'req_failed',0,0,NULL,0,0);
INSERT INTO "jobs" VALUES('job_cancelled','acc_ada','mesh_generation','builtin_text','error','{"text_prompt": "a red chair", "seed": 7}','glb','2026-11-24 08:00:00.000000',NULL,'2026-11-24 01:35:55.866669',0.0,'',NULL,NULL,'{"code": "CANCELLED", "message": "The job was cancelled.", "suggestion": "Submit it again if you still want the result."}',0,1,NULL,NULL,2,0,0.0,'req_cancelled',0,0,NULL,0,0);
INSERT INTO "jobs" VALUES('job_quarantined','acc_ada','mesh_generation','builtin_text','error','{"text_prompt": "a red chair", "seed": 7}','glb','2026-11-24 08:00:00.000000','2026-11-24 01:35:55.860867','2026-11-24 01:35:55.864939',0.5,'shaping',NULL,NULL,'{"code": "PROCESSING_FAILED", "message": "It died. This was attempt 1 of 1.", "suggestion": "The job is kept for the operator, who can try it again. Try again.", "quarantined": true}',1,1,NULL,NULL,4,0,0.004067,'req_quarantined',1,0,NULL,1,0);
CREATE TABLE webhook_deliveries (
	id VARCHAR(64) NOT NULL, 
	webhook_id VARCHAR(64) NOT NULL, 
	account_id VARCHAR(64) NOT NULL, 
	job_id VARCHAR(64), 
	event VARCHAR(40) NOT NULL, 
	payload JSON NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	tries JSON NOT NULL, 
	attempts INTEGER NOT NULL, 
	tries_left INTEGER NOT NULL, 
	next_try_at DATETIME, 
	lease VARCHAR(64), 
	lease_until DATETIME, 
	created_at DATETIME NOT NULL, 
	delivered_at DATETIME, 
	CONSTRAINT pk_webhook_deliveries PRIMARY KEY (id), 
	CONSTRAINT fk_webhook_deliveries_webhook_id FOREIGN KEY(webhook_id) REFERENCES webhooks (id) ON DELETE CASCADE
);
INSERT INTO "webhook_deliveries" VALUES('msg_9817487eac1be61eb2b9f601','whk_1','acc_ada','job_completed','job_completed','{"event": "job_completed", "job_id": "job_completed", "timestamp": "2026-11-24T01:35:55.849Z", "data": {"feature": "mesh_generation", "result": {"file_path": "outputs/mesh_2.glb", "format": "glb", "faces": 12}}}','pending','[]',0,10,'2026-11-24 01:35:55.849527',NULL,NULL,'2026-11-24 01:35:55.849527',NULL);
INSERT INTO "webhook_deliveries" VALUES('msg_96dcc04c017b718bf762bed4','whk_1','acc_ada','job_failed','job_failed','{"event": "job_failed", "job_id": "job_failed", "timestamp": "2026-11-24T01:35:55.855Z", "data": {"feature": "mesh_generation", "error": "It broke.", "error_code": "PROCESSING_FAILED", "suggestion": "Try again."}}','pending','[]',0,10,'2026-11-24 01:35:55.859637',NULL,NULL,'2026-11-24 01:35:55.859637',NULL);
INSERT INTO "webhook_deliveries" VALUES('msg_4499971fdaa265ddb65af542','whk_1','acc_ada','job_quarantined','job_failed','{"event": "job_failed", "job_id": "job_quarantined", "timestamp": "2026-11-24T01:35:55.865Z", "data": {"feature": "mesh_generation", "error": "It died. This was attempt 1 of 1.", "error_code": "PROCESSING_FAILED", "suggestion": "The job is kept for the operator, who can try it again. Try again.", "quarantined": true}}','pending','[]',0,10,'2026-11-24 01:35:55.865832',NULL,NULL,'2026-11-24 01:35:55.865832',NULL);
INSERT INTO "webhook_deliveries" VALUES('msg_ba0c148dcc65b456da029880','whk_1','acc_ada','job_cancelled','job_failed','{"event": "job_failed", "job_id": "job_cancelled", "timestamp": "2026-11-24T01:35:55.867Z", "data": {"feature": "mesh_generation", "error": "The job was cancelled.", "error_code": "CANCELLED", "suggestion": "Submit it again if you still want the result."}}','pending','[]',0,10,'2026-11-24 01:35:55.876013',NULL,NULL,'2026-11-24 01:35:55.876013',NULL);
CREATE TABLE webhooks (
	id VARCHAR(64) NOT NULL, 
	account_id VARCHAR(64) NOT NULL, 
	url TEXT NOT NULL, 
	events JSON NOT NULL, 
	secret TEXT NOT NULL, 
	old_secret TEXT, 
	old_secret_until DATETIME, 
	enabled BOOLEAN NOT NULL, 
	disabled_reason TEXT, 
	failing_since DATETIME, 
	created_at DATETIME NOT NULL, disabled_at DATETIME, 
	CONSTRAINT pk_webhooks PRIMARY KEY (id), 
	CONSTRAINT fk_webhooks_account_id FOREIGN KEY(account_id) REFERENCES accounts (id) ON DELETE CASCADE
);
INSERT INTO "webhooks" VALUES('whk_1','acc_ada','https://ada.example/hook','["job_completed", "job_failed"]','whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',NULL,NULL,1,NULL,NULL,'2026-11-24 08:00:00.000000',NULL);
CREATE INDEX ix_api_keys_account_id ON api_keys (account_id);
CREATE INDEX ix_idempotent_answers_created_at ON idempotent_answers (created_at);
CREATE INDEX ix_files_job_id ON files (job_id);
CREATE INDEX ix_credit_entries_account_id ON credit_entries (account_id);
CREATE INDEX ix_webhooks_account_id ON webhooks (account_id);
CREATE INDEX ix_webhook_deliveries_webhook_id_created_at ON webhook_deliveries (webhook_id, created_at);
CREATE INDEX ix_webhook_deliveries_status_next_try_at ON webhook_deliveries (status, next_try_at);
CREATE INDEX ix_webhook_deliveries_created_at ON webhook_deliveries (created_at);
CREATE INDEX ix_files_account_id_created_at ON files (account_id, created_at);
CREATE INDEX ix_files_space ON files (account_id, deleted_at, job_id, size);
CREATE INDEX ix_jobs_account_id_created_at ON jobs (account_id, created_at);
CREATE INDEX ix_jobs_model_id_completed_at ON jobs (model_id, completed_at);
CREATE INDEX ix_jobs_queue ON jobs (status, account_id, model_id, created_at, id);
CREATE INDEX ix_jobs_inputs ON jobs (account_id, input_bytes) WHERE input_bytes > 0;
COMMIT;
