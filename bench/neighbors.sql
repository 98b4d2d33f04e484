-- Accounts beside the measured one, in the table `neighbors`, each with the people in the table `people`.

INSERT INTO accounts (id, name, kind, time_zone, country, limits, created_at, updated_at)
SELECT id, 'Neighbor ' || id, 'standard', 'UTC', 'US', '{}', now(), now() FROM neighbors;

INSERT INTO contacts (account_id, email, email_key, first_name, first_name_key, status, created_at, updated_at)
SELECT n.id, address, address, 'Robin', 'robin', 'active', now(), now()
  FROM neighbors n, people p,
       LATERAL (SELECT 'person' || p.id || '.' || n.id || '@example.com' AS address) made;

INSERT INTO workflows
  (id, public_id, account_id, name, description, status, revision, enroll_again, active_version_id, definition, created_at, updated_at)
SELECT 1000000 + id, 'w' || id, id, 'Neighbor', '', 'active', 1, false, 1000000 + id, '{}', now(), now() FROM neighbors;

INSERT INTO workflow_versions (id, workflow_id, account_id, number, definition, created_at, updated_at)
SELECT 1000000 + id, 1000000 + id, id, 1, '{}', now(), now() FROM neighbors;

INSERT INTO enrollments
  (account_id, workflow_id, version_id, contact_id, status, step_id, due_at, waits_for, source, job_id, enrolled_at)
SELECT c.account_id, 1000000 + c.account_id, 1000000 + c.account_id, c.id, 'active', 'pause',
       now() + interval '90 days', 'time', 'bulk_enrollment', 1000000 + c.account_id, now()
  FROM contacts c JOIN neighbors n ON n.id = c.account_id;

INSERT INTO enrollment_rows (account_id, job_id, row_number, line, identifier, key, contact_id, outcome)
SELECT c.account_id, 1000000 + c.account_id, row_number() OVER (PARTITION BY c.account_id), 1, email, email_key, c.id, 1
  FROM contacts c JOIN neighbors n ON n.id = c.account_id;

INSERT INTO contact_events (account_id, contact_id, at, kind, workflow_id)
SELECT c.account_id, c.id, now(), 'enrolled', 1000000 + c.account_id
  FROM contacts c JOIN neighbors n ON n.id = c.account_id, generate_series(1, 3);

INSERT INTO messages
  (account_id, token, channel, state, workflow_id, version_id, step_id, enrollment_id, visit, contact_id,
   planned_at, due_at, attempt, address, subject, answer, settled_at, sent_at)
SELECT e.account_id, md5(e.id || ' ' || m), 'email', 'sent', workflow_id, version_id, 'email-' || m, e.id, 0, contact_id,
       now(), now(), 1, 'someone@example.com', 'Welcome', '250 OK', now(), now()
  FROM enrollments e JOIN neighbors n ON n.id = e.account_id, generate_series(1, 2) m;

INSERT INTO audit_entries (account_id, at, user_name, action, subject, subject_id, facts, origin)
SELECT n.id, now(), 'Alice', 'contact.changed', 'contact', m::text, '{}', '' FROM neighbors n, generate_series(1, 100) m;
