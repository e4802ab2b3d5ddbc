-- Which classifiers have read how many texts, and which models how many wholes (NULL: none, only rules), the most first.
SELECT 'texts' AS what, model, model_version, count(*) AS count
FROM (SELECT model, model_version FROM utterance_scores UNION ALL SELECT model, model_version FROM verbatim_scores)
GROUP BY ALL
UNION ALL
SELECT 'conversations', model, model_version, count(*)
FROM conversation_parts
LEFT JOIN part_readings USING (conversation_id, first_utterance_index)
GROUP BY ALL
ORDER BY what DESC, count DESC, model, model_version;
