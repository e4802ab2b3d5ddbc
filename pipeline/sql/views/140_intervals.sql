-- 95 % intervals of means, of differences between two NPS, and of rank correlations, as macros that any query may use.

-- The 97.5 % point of Student's t. Exact for 1 and 2 degrees of freedom; from 3 on the expansion of Abramowitz & Stegun
-- (1964, 26.7.5), which is 0.12 % too small at 3 and 0.01 % at 5.
CREATE OR REPLACE MACRO t95(freedom) AS
    CASE
        WHEN freedom = 1 THEN 12.706205
        WHEN freedom = 2 THEN 4.302653
        WHEN freedom > 2 THEN 1.959964 + 2.372271 / freedom + 2.822502 / freedom ** 2 + 2.555852 / freedom ** 3
            + 1.589536 / freedom ** 4
    END;

-- Of independent values: where one person has several, take their mean first. NULL for fewer than two.
CREATE OR REPLACE MACRO mean_low(value) AS
    avg(value) - t95(count(value) - 1) * stddev_samp(value) / sqrt(count(value));

CREATE OR REPLACE MACRO mean_high(value) AS
    avg(value) + t95(count(value) - 1) * stddev_samp(value) / sqrt(count(value));

-- Mean ranks of ties, over all rows of the query.
CREATE OR REPLACE MACRO mean_rank(value) AS
    rank() OVER (ORDER BY value) + (count(*) OVER (PARTITION BY value) - 1) / 2;

-- The correlation of x and y at the same z, from the three of pairs; NULL where one of them cannot be told.
CREATE OR REPLACE MACRO partial_correlation(xy, xz, yz) AS
    CASE WHEN NOT isnan(xy) AND abs(xz) < 1 AND abs(yz) < 1
        THEN (xy - xz * yz) / sqrt((1 - xz ** 2) * (1 - yz ** 2)) END;

-- Fisher's z of a rank correlation of n independent pairs, given so many further variables: its variance is
-- (1 + r²/2) / (n - given - 3) (Bonett & Wright 2000, Psychometrika 65(1)). NULL below four pairs, and where |r| = 1.
CREATE OR REPLACE MACRO rank_correlation_low(r, n, given) AS
    CASE WHEN abs(r) < 1 AND n - given > 3
        THEN tanh(atanh(r) - 1.959964 * sqrt((1 + r ** 2 / 2) / (n - given - 3))) END;

CREATE OR REPLACE MACRO rank_correlation_high(r, n, given) AS
    CASE WHEN abs(r) < 1 AND n - given > 3
        THEN tanh(atanh(r) + 1.959964 * sqrt((1 + r ** 2 / 2) / (n - given - 3))) END;

-- The difference a - b of two independent figures from their own intervals (MOVER: Newcombe 1998, Statistics in Medicine
-- 17(8); Zou & Donner 2008, the same 27(10)).
CREATE OR REPLACE MACRO difference_low(a, a_low, b, b_high) AS
    a - b - sqrt((a - a_low) ** 2 + (b_high - b) ** 2);

CREATE OR REPLACE MACRO difference_high(a, a_high, b, b_low) AS
    a - b + sqrt((a_high - a) ** 2 + (b - b_low) ** 2);
