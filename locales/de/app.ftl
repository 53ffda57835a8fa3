# Der Rahmen, die Anmeldung, Listen, Formulare, Vermittlungsläufe, Korridore.
app-name = Passerelle
skip-to-content = Zum Inhalt springen
navigation = Menü
language-choose = Sprache
footer = Quelloffenes System für globale Ausbildungspartnerschaften. Angaben zum Recht sind Daten mit Quelle, keine Rechtsberatung.
any-country = alle Länder
any-occupation = alle Berufe
action = Aktion

sign-in-title = Anmelden
sign-in-lead = Für Ministerien, Bildungsträger, Arbeitgeber, Anerkennungsstellen und Teilnehmende.
sign-in = Anmelden
sign-out = Abmelden
sign-in-wrong = E-Mail-Adresse oder Passwort stimmt nicht. Bitte prüfen Sie beides und versuchen Sie es erneut.
sign-in-locked = Zu viele Versuche. Bitte warten Sie { $minutes ->
    [one] eine Minute
   *[other] { $minutes } Minuten
  } und versuchen Sie es dann erneut.

home-title = Startseite
home-greeting = Guten Tag, { $name }
home-waiting-for-you = Vorschläge, über die Sie noch entscheiden müssen

account-title = Ihr Konto
tokens-title = API-Token
tokens-lead = Mit einem Token kann ein Programm in Ihrem Namen handeln. Es wird nur einmal angezeigt. Bewahren Sie es wie ein Passwort auf.
token-made = Kopieren Sie dieses Token jetzt. Es wird nicht noch einmal angezeigt:
token-name = Wofür ist das Token?
token-days = Gültigkeit in Tagen
token-make = Token erstellen
token-expires = Gültig bis
token-revoke = Widerrufen
token-live = in Gebrauch
token-revoked = widerrufen
token-expired = abgelaufen

notice-created = Angelegt.
notice-saved = Gespeichert.
notice-deleted = Gelöscht.
notice-decided = Ihre Entscheidung ist gespeichert.

action-new = Neu
action-add = Hinzufügen
action-edit = Bearbeiten
action-delete = Löschen
action-csv = CSV herunterladen
delete-ask = Das lässt sich nicht rückgängig machen.
delete-sure = Ja, löschen

list-search = Suchen
list-all = Alle
list-apply = Anwenden
list-range-from = { $field } ab
list-range-until = { $field } bis
list-reset = Zurücksetzen
list-first = Zurück zum Anfang
list-next = Nächste Seite
list-empty = Noch keine Einträge.
list-show-all = Alle anzeigen
list-total = { $count ->
    [0] Keine Einträge
    [one] Ein Eintrag
   *[other] { $count } Einträge
  }

form-errors = Bitte korrigieren Sie Folgendes
form-save = Speichern
form-cancel = Abbrechen
form-optional = (freiwillig)

problem-instance = Kennung für Rückfragen:

days = { $count ->
    [one] 1 Tag
   *[other] { $count } Tage
  }
months = { $count ->
    [one] 1 Monat
   *[other] { $count } Monate
  }
version = Version { $number }

match-runs-title = Vermittlungsläufe
match-runs-lead = Ein Lauf prüft jede Paarung von teilnehmender Person und Bedarf zuerst rechtlich, bewertet die zulässigen und schlägt eine Zuordnung nach der gewählten Art vor. Es entscheiden Menschen.
match-start = Vermittlungslauf starten
match-asked = Angefordert am
match-as-of = Datenstand
match-run-title = Vermittlungslauf
match-trainees = Teilnehmende
match-seats = Plätze
match-pairs = Geprüfte Paarungen
match-candidates = Zulässige Paarungen
match-proposed = Vorgeschlagen
match-by-corridor = Vorschläge nach Korridor
match-by-reason = Ohne Vorschlag, nach nächstliegendem Grund
match-weights = Was wie stark zählt
match-weights-lead = Beide Seiten sehen die Gewichte. Geschlecht, Familie, Religion, Herkunft, Gesundheit und Gewerkschaftszugehörigkeit werden nie einbezogen.
match-feature = Merkmal
match-proof = Nachweis des Laufs
match-snapshot = Prüfsumme der Daten
match-result = Prüfsumme des Ergebnisses
match-engine = Programmversion
chart-as-table = Als Tabelle
run-status-queued = wartet
run-status-running = läuft
run-status-finished = abgeschlossen
run-status-failed = fehlgeschlagen
stage-judging = Paarungen werden geprüft
stage-matching = Zuordnung wird berechnet
stage-checking = Ergebnis wird kontrolliert
stage-reporting = Bericht wird erstellt
score-of-need = Bewertung aus Sicht des Bedarfs
score-of-trainee = Bewertung aus Sicht der teilnehmenden Person

why-title = Warum – und warum nicht
why-lawful = Diese Paarung ist rechtlich zulässig über den Zugangsweg
why-law = Das Recht
why-score = Die Bewertung
why-rule = Regel
why-verdict = Ergebnis
why-reason = Grund
why-facts = Verwendete Angaben
why-source = Quelle
verdict-pass = erfüllt
verdict-warn = Hinweis
verdict-block = steht entgegen
verdict-unknown = nicht bekannt

proposal-title = Vorschlag
proposal-lead = Das System schlägt vor; die teilnehmende Person und der Arbeitgeber entscheiden.
proposal-decide = Ihre Entscheidung
proposal-accept = Annehmen
proposal-decline = Ablehnen
proposal-reason = Grund der Ablehnung

corridors-title = Korridore
corridors-lead = Jeder Korridor besteht aus Daten, die die zuständigen Ministerien pflegen: mit Quelle, Stand und Datum.
corridor-not-advice = Angaben mit Quellen. Dies ist keine Rechtsberatung.
corridor-from = Von
corridor-to = Nach
corridor-status = Stand
corridor-valid = Gültig
corridor-version = Version
corridor-days = Tage
corridor-steps = Schritte des Zugangswegs
corridor-instruments = Rechtsgrundlagen
corridor-occupations = Berufe
corridor-qualification = Qualifikation
corridor-language = Sprache
corridor-recognition = Anerkennung
corridor-permit = Aufenthaltstitel
corridor-labour-market-test = Arbeitsmarktprüfung
corridor-fees = Gebühren
corridor-quotas = Kontingente
corridor-wage-floors = Lohnuntergrenzen
corridor-age = Alter
corridor-family = Familie
corridor-social-security = Soziale Sicherung
corridor-pays = Wer zahlt
corridor-safeguards = Herkunftsländer auf der WHO-Schutzliste für Gesundheitspersonal
corridor-return = Rückkehr
corridor-protection = Schutz
corridor-evidence = Nachweise
corridor-days-total = Tage von der Aufnahme bis zum Arbeitsbeginn
corridor-sources = Quellen
fact-illustrative = beispielhaft
step = Schritt
step-actor = Wer handelt
step-after = Nach
step-on-failure = Falls es nicht gelingt

concepts-title = Berufe und Kompetenzen
concepts-lead = Suchen Sie nach allen Bezeichnungen, mit oder ohne Akzente. Kleine Tippfehler schaden nicht.
concept-kind = Art
esco-attribution = Dieser Dienst verwendet die ESCO-Klassifikation der Europäischen Kommission.
why-ask = Fragen
