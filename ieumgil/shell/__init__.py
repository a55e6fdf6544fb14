"""The frame of every page: who is signed in, forms that lose no words, elements, language, sign-in."""
