-- description: No stored text or id looks like a henkilötunnus, an IBAN, an e-mail address, a mobile number (said digit by digit too), a Y-tunnus, a payment card or a registration number.
-- The second guard, at rest: its patterns are written apart from those of the masking and are narrower. A Y-tunnus and a card
-- count with their check digits only (weights 7 9 10 5 8 4 2, modulo 11: vero.fi; Luhn: ISO/IEC 7812-1, annex B), because
-- order numbers look the same without; digits said one by one, seven and more, only as a mobile number begins. A keyed hash is
-- left out: one in 12,000 ends as a henkilötunnus does.
WITH texts AS (
    SELECT conversation_id AS id, unnest([text, normalized_text]) AS text FROM utterances
    UNION ALL
    SELECT response_id, unnest([verbatim, normalized_verbatim, metadata::VARCHAR]) FROM survey_responses
    UNION ALL
    SELECT conversation_id, unnest([conversation_id, source_id, queue, metadata::VARCHAR]) FROM conversations
    UNION ALL
    SELECT event_key, unnest([code, severity, message]) FROM device_events
    UNION ALL
    SELECT file_sha256, file_name FROM source_files
    UNION ALL
    SELECT run_id, file_name FROM rejections
    UNION ALL
    SELECT response_id, unnest([response_id, source_id, conversation_id, source_conversation_id]) FROM survey_responses
),
checked AS (
    SELECT *,
        [
            [sign::INTEGER FOR sign IN regexp_extract_all(number, '[0-9]')]
            FOR number IN regexp_extract_all(text, '(?:^|[^0-9A-Za-zÅÄÖåäö.,-])([0-9]{7}-[0-9])(?:[^0-9-]|$)', 1)
        ] AS business_ids,
        [
            list_reverse([sign::INTEGER FOR sign IN regexp_extract_all(number, '[0-9]')])
            FOR number IN regexp_extract_all(
                text, '(?:^|[^0-9A-Za-zÅÄÖåäö.,-])([4-6][0-9]{3}(?:[ -]?[0-9]{4}){3})(?:[^0-9A-Za-z-]|$)', 1
            )
        ] AS cards
    FROM texts
    WHERE NOT regexp_full_match(text, '[0-9a-f]{32}')
)
SELECT id
FROM checked
WHERE regexp_matches(text, '(^|[^0-9])(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}[-+A-FU-Ya-fu-y][0-9]{3}[0-9A-Za-z]([^0-9\pL]|$)')
    OR regexp_matches(text, '(^|[^0-9\pL])[Ff][Ii][0-9]{2}( ?[0-9]){14}([^0-9]|$)')
    OR regexp_matches(text, '[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}')
    OR regexp_matches(text, '(^|[\s(])(0|(\+|00)358[ -]?)(4[0-9]|50)([ -]?[0-9]){7}([^0-9]|$)')
    OR regexp_matches(
        text,
        '(?i)(^|[^0-9\pL])nolla[ ,.]+(neljä(kyt|kymmentä)?|viis(kyt|kymmentä)|viisi?[ ,.]+nolla)'
        || '([ ,.]+(nolla|yksi?|kaksi?|kolme|neljä|viisi?|kuusi?|sei(tse|tte)män|kahd?eksan|yhd?eksän)){5,}([^0-9\pL]|$)'
    )
    OR regexp_matches(
        text, '(?i)(^|\s)rekisteri(numero|tunnus)?(ni|mme)?[ :]+(on +)?[a-zåäö]{2,3}-[0-9]{1,3}([\s.,!?;)]|$)'
    )
    OR list_bool_or([
        (11 - list_sum([digit * [7, 9, 10, 5, 8, 4, 2][n] FOR digit, n IN digits[:7]]) % 11) % 11 = digits[8]
        FOR digits IN business_ids
    ])
    OR list_bool_or([
        list_sum([if(n % 2 = 1, digit, digit * 2 // 10 + digit * 2 % 10) FOR digit, n IN digits]) % 10 = 0
        FOR digits IN cards
    ]);
