# Identity documents.
documents-add = Enter a document
documents-country-hint = Two letters, for example MA
documents-lead = The number is not kept, only a fingerprint by which the same document is found elsewhere.
documents-none = No documents entered.
documents-number = Number
documents-title = Identity documents
error-document-number = must have 4 to 40 letters and digits
identity-document-birth-certificate = Birth certificate
identity-document-national-id = National identity card
identity-document-passport = Passport
