-- One conversation as a whole, by its id or its id at the source.
SELECT summary.*, source, queue, started_at, turn_count, start_feeling, start_standard_error, lowest_feeling,
    lowest_standard_error, lowest_index, highest_feeling, highest_standard_error, highest_index, end_feeling,
    end_standard_error, slope, slope_standard_error, peak_end, peak_end_standard_error, recovery, recovery_standard_error
FROM conversation_summary AS summary
JOIN conversations USING (conversation_id)
LEFT JOIN emotion_arcs USING (conversation_id)
WHERE $conversation IN (summary.conversation_id, source_id)
ORDER BY summary.conversation_id = $conversation DESC, summary.conversation_id
LIMIT 1;
