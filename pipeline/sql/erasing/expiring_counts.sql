-- How much of each kind and channel expiring.sql found.
SELECT limits.what, limits.channel, days, count(id), min(day)
FROM limits
LEFT JOIN expiring ON expiring.what = limits.what AND expiring.channel IS NOT DISTINCT FROM limits.channel
GROUP BY limits.what, limits.channel, days
ORDER BY ALL;
