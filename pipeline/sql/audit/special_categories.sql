-- How many contacts and answers hint at each special category.
SELECT category, count(*)
FROM (
    SELECT unnest(special_categories) AS category FROM conversations
    UNION ALL
    SELECT unnest(special_categories) FROM survey_responses
)
GROUP BY category
ORDER BY category;
