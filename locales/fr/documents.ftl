# Documents d’identité.
documents-add = Saisir un document
documents-country-hint = Deux lettres, par exemple MA
documents-lead = Le numéro n’est pas conservé, seulement une empreinte qui permet de retrouver le même document ailleurs.
documents-none = Aucun document saisi.
documents-number = Numéro
documents-title = Documents d’identité
error-document-number = Indiquez de 4 à 40 lettres et chiffres.
identity-document-birth-certificate = Acte de naissance
identity-document-national-id = Carte nationale d’identité
identity-document-passport = Passeport
