# Candidates for and from partners.
exchange-title = Exchange with partners
exchange-lead = Candidates in the data schema that UNHCR, HIAS, Talent Beyond Boundaries and others share. The full profile holds only people who agree to be shared; answers on admissibility never go out.
exchange-profile = Profile
exchange-profile-anonymous = anonymous
exchange-profile-full-with-consent = full, of people who agree
exchange-download = Download the document
exchange-schema = JSON Schema of the document
exchange-in = From a partner
exchange-in-lead = Open a cohort and send the partner’s document like a spreadsheet: you see every candidate before anybody is enrolled. Answers on admissibility are sealed at once.
error-exchange-unreadable = This is no document of candidates in the shared schema.
error-exchange-version = The document follows another version of the schema.
error-exchange-anonymous = The document is anonymous: nobody in it can be enrolled. Ask the partner for people who consent.
error-exchange-closed = This profile shows what your role is not shown.
subject-exchange = Exchange with partners
error-exchange-size = The document holds no candidates, or too many.
