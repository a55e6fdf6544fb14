"""Words for codes, in Korean and English; the glossary of the house."""
