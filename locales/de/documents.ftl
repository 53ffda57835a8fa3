# Identity documents.
documents-add = Dokument erfassen
documents-country-hint = Zwei Buchstaben, zum Beispiel MA
documents-lead = Die Nummer wird nicht gespeichert, nur ein Fingerabdruck, an dem dasselbe Dokument anderswo erkannt wird.
documents-none = Noch keine Dokumente erfasst.
documents-number = Nummer
documents-title = Ausweisdokumente
error-document-number = muss 4 bis 40 Buchstaben und Ziffern haben
identity-document-birth-certificate = Geburtsurkunde
identity-document-national-id = Personalausweis
identity-document-passport = Reisepass
