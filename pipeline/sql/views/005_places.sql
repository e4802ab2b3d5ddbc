-- Where words stand: an utterance and characters of its masked text. What comes in parts is counted through anew.

CREATE OR REPLACE MACRO moved_place(place, utterances) AS
    CASE WHEN place IS NOT NULL THEN {
        'utterance_index': place.utterance_index + utterances, 'start': place."start", 'end': place."end"
    } END;

CREATE OR REPLACE MACRO moved_places(places, utterances) AS
    [moved_place(place, utterances) FOR place IN places];
