"""2026년 11월 25일 오후 3시 20분."""

DATE_FORMAT = "Y년 n월 j일"
TIME_FORMAT = "A g시 i분"
DATETIME_FORMAT = "Y년 n월 j일 A g시 i분"
YEAR_MONTH_FORMAT = "Y년 n월"
MONTH_DAY_FORMAT = "n월 j일"
SHORT_DATE_FORMAT = "Y. n. j."
SHORT_DATETIME_FORMAT = "Y. n. j. H:i"
FIRST_DAY_OF_WEEK = 0

DATE_INPUT_FORMATS = ["%Y-%m-%d", "%Y. %m. %d.", "%Y.%m.%d", "%Y/%m/%d", "%Y년 %m월 %d일"]
TIME_INPUT_FORMATS = ["%H:%M", "%H:%M:%S", "%H시 %M분"]
DATETIME_INPUT_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y년 %m월 %d일 %H시 %M분"]

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
