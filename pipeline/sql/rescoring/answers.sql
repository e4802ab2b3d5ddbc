-- The open answers among $responses.
SELECT response_id, verbatim, normalized_verbatim, language, tokens, responded_at, conversation_id, customer_key
FROM survey_responses
WHERE response_id IN (SELECT unnest($responses))
ORDER BY response_id;
