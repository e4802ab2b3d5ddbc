-- The palvelupolku and the drivers as the tables hold them, as JSON in the form that path.sql takes.
SELECT to_json({
    'path_stages': coalesce((SELECT list(row ORDER BY row.position) FROM path_stages AS row), []),
    'path_touchpoints': coalesce((SELECT list(row ORDER BY row.position) FROM path_touchpoints AS row), []),
    'path_contact_points': coalesce((SELECT list(row ORDER BY row.position) FROM path_contact_points AS row), []),
    'drivers': coalesce((SELECT list(row ORDER BY row.position) FROM drivers AS row), [])
});
