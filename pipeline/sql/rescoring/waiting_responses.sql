-- The answers that wait, in order.
SELECT response_id FROM waiting_answers WHERE NOT is_gone ORDER BY response_id;
