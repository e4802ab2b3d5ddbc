-- What has read the rows that are stored.
SELECT model || ' ' || model_version AS classifier, lemmatizer, min(started_at)::DATE AS first_day, max(started_at)::DATE AS last_day
FROM runs
GROUP BY ALL
ORDER BY first_day, classifier, lemmatizer;
