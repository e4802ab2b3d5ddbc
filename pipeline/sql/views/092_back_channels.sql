-- Which turns only keep the talk going ("joo", "mm", "aivan", bare consent), by their words as written.
--
-- They show that somebody listens, and neither begin nor end a feeling: a path of feelings counted over them would end in
-- the middle wherever a call is closed with "joo joo", and a listener's "mm" would stand for a turn as a complaint does.
-- Of the 75 customers' turns in data/gold/feelings_develop.jsonl that are nothing else, 147 of 150 readings are neutral. Left
-- out, as it may carry a feeling: "no", "no jaa", "just joo" (reluctance, irony: 16 of 40 readings there are not neutral),
-- "ei" (an answer that may be bad news), "jes", "jees", "hyvä" and all thanks.

CREATE OR REPLACE MACRO turn_words(tokens) AS
    [lower(word.token) FOR word IN tokens IF word.upos NOT IN ('PUNCT', 'SYM')];

CREATE OR REPLACE MACRO is_back_channel(words) AS
    regexp_full_match(
        array_to_string(words, ' '),
        '((j[ou]+|joojoo|jep|ok|oke+i+|oki|ookoo|kyllä|kyl|aivan|ni+n?|m+h*m+|m|hm+|aha+|aijaa+|ai niin|näin on'
        || '|selvä( homma| juttu| asia)?|asia selvä|sopii|käy|passaa|juuri niin|tosiaan|ö+)( |$))+'
    );
