-- All that is stored.
SELECT
    (SELECT count(*) FROM conversations) AS conversations,
    (SELECT count(*) FROM utterances) AS utterances,
    (SELECT count(*) FROM survey_responses) AS survey_answers,
    (SELECT count(*) FROM device_events) AS device_events,
    (SELECT count(*) FROM rejections) AS rejected_rows;
