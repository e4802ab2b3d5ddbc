-- The conversations that wait, in order.
SELECT DISTINCT conversation_id FROM waiting_parts WHERE NOT is_gone ORDER BY conversation_id;
