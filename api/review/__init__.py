"""The review desk at /review: what waits, the decision on it, figures, uploads, models, and who did what.

Pages for people with a key that has the scope `review` (what changes the installation takes `admin`). They work without
JavaScript; `static/review.js` adds the keyboard. Everything a page shows belongs to the tenant of the key.
"""
